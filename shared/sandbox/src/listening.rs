//! A party as a running server.

use std::{io, net::TcpListener, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    web::{Data, ServiceConfig},
};
use tokio::runtime::Handle;

use crate::authorized::ApiKey;

/// How long a request that is never answered is held, if the client waits that long.
pub(crate) const HOLD: Duration = Duration::from_secs(60);

/// A server on a free port of this machine, until it is stopped or dropped.
pub(crate) struct Listening(ServerHandle);

impl Listening {
    /// Starts it for clients that show an API key, and says where it listens. It needs a tokio
    /// runtime to be called on; without one it fails.
    pub(crate) fn start(
        api_key: &str,
        configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    ) -> io::Result<(String, Self)> {
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let key = Data::new(ApiKey(api_key.to_owned()));
        let app = move || App::new().app_data(key.clone()).configure(configure.clone());
        let server = HttpServer::new(app)
            .workers(1)
            // A client that gives up closes its side; the held request ends with it.
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        runtime.spawn(server);
        Ok((url, Self(handle)))
    }

    /// Stops listening and cuts every connection, held ones too.
    pub(crate) async fn stop(self) {
        self.0.stop(false).await;
    }
}

impl Drop for Listening {
    /// The command is sent here and carried out by the server's own task; after `stop` there is
    /// nobody left to hear it.
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}
