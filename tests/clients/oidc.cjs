// openid-client, certified by the OpenID Foundation, signs a citizen in and a system.
//
//   oidc.cjs URL DATA_DIR KEY_FILE CLIENT
//
// URL is a city with its demo data, whose letters lie in DATA_DIR; CLIENT is a system of an agency
// with the private key in KEY_FILE.

const assert = require('node:assert/strict')
const { readFileSync, readdirSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: pause } = require('node:timers/promises')

const EMAIL = 'li.wei@citygate.example'
const CALLBACK = 'http://127.0.0.1:53113/callback'
const PATIENCE_MS = 30_000

const [url, dataDir, keyFile, systemId] = process.argv.slice(2)

// Shows pages, sends their forms and keeps cookies; runs no scripts.
class Browser {
  cookie = ''

  async open(link, body) {
    const method = body ? 'POST' : 'GET'
    const headers = { 'accept-language': 'en', cookie: this.cookie }
    const answer = await fetch(link, { method, headers, body, redirect: 'manual' })
    for (const set of answer.headers.getSetCookie()) this.cookie = set.split(';')[0]
    return { status: answer.status, text: await answer.text(), to: answer.headers.get('location') }
  }

  submit(page, fill) {
    assert.equal(page.status, 200, page.text)
    const form = page.text.match(/<form.*?<\/form>/s)[0]
    const plain = (text) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
    const hidden = form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)
    const fields = [...hidden].map(([, name, value]) => [name, plain(value)])
    const action = plain(form.match(/action="([^"]*)"/)[1])
    return this.open(url + action, new URLSearchParams([...fields, ...Object.entries(fill)]))
  }

  // From the authorization endpoint back to the client: the address it is sent to.
  async signIn(link) {
    const old = new Set(letters())
    let page = await this.submit(await this.open(link), { address: EMAIL })
    page = await this.submit(page, { code: await codeFromLetter(old) })
    const back = await this.submit(page, { decision: 'allow' })
    assert.equal(back.status, 303, back.text)
    return new URL(back.to)
  }
}

function letters() {
  return readdirSync(join(dataDir, 'mail')).filter((name) => name.endsWith('.eml'))
}

async function codeFromLetter(old) {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(100)) {
    for (const name of letters().filter((name) => !old.has(name))) {
      const [head, body = ''] = readFileSync(join(dataDir, 'mail', name), 'utf8').split('\r\n\r\n')
      const code = body.match(/\b\d{6}\b/)
      if (head.includes(EMAIL) && code) return code[0]
    }
  }
  throw new Error(`no letter with a code to ${EMAIL}`)
}

const refused = (error) => (thrown) => thrown.error === error

async function citizen(client) {
  // A throw-away city has no TLS; everything else is as it always is.
  const insecure = { execute: [client.allowInsecureRequests] }
  const config = await client.discovery(
    new URL(url), 'citygate-app', undefined, client.None(), insecure,
  )
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const browser = new Browser()
  const link = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid offline_access email citizen',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    max_age: '600',
    acr_values: 'urn:citygate:loa:1',
  })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 600 }
  const back = await browser.signIn(link)
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  assert.equal(tokens.claims().acr, 'urn:citygate:loa:1')
  console.log(`  signed in at ${tokens.claims().acr}`)
  const known = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  assert.equal(known.email, EMAIL)
  console.log('  userinfo answers')

  const second = await client.refreshTokenGrant(config, tokens.refresh_token)
  const third = await client.refreshTokenGrant(config, second.refresh_token)
  for (const token of [tokens.refresh_token, third.refresh_token]) {
    await assert.rejects(client.refreshTokenGrant(config, token), refused('invalid_grant'))
  }
  console.log('  a refresh token that comes back ends its family')

  const goodbye = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token, post_logout_redirect_uri: CALLBACK,
  })
  assert.equal((await browser.open(goodbye)).to, CALLBACK)
  const silent = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid',
    prompt: 'none',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const nobody = new URL((await browser.open(silent)).to)
  await assert.rejects(
    client.authorizationCodeGrant(config, nobody, { pkceCodeVerifier }),
    refused('login_required'),
  )
  console.log('  signed out')
}

async function system(client) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const der = readFileSync(keyFile)
  const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  const config = await client.discovery(
    new URL(url), systemId, undefined, client.PrivateKeyJwt(key),
    { execute: [client.allowInsecureRequests], algorithm: 'oauth2' },
  )
  const token = await client.clientCredentialsGrant(config, { scope: 'traffic.decisions:read' })
  assert.equal(token.scope, 'traffic.decisions:read')
  const introspected = await client.tokenIntrospection(config, token.access_token)
  assert.equal(introspected.client_id, systemId)
  console.log('  private_key_jwt works')
}

async function main() {
  const client = await import(require.resolve('openid-client'))
  await citizen(client)
  await system(client)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
