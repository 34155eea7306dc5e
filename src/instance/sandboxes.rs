//! The parties outside that are simulated.

use chrono::TimeDelta;
use citygate_hospital::Insurer;
use citygate_identity::{DEMO_CITIZENS, PoliceRegistry};
use citygate_inquiry::{Source, set_source};
use citygate_kernel::{Clock, Masked};
use citygate_payments::CardProcessor;
use citygate_platform::{
    Cx,
    party::{Party, PartySettings},
};
use citygate_sandbox::{
    card_processor::CardProcessorSandbox,
    insurer::InsurerSandbox,
    police_registry::PoliceRegistrySandbox,
    records_office::{Filed, RecordsOfficeSandbox},
};
use citygate_social_security::{AGENCY, demo_record};

use super::{StartError, party};
use crate::settings::Settings;

/// What the register of the agency for social security is about.
const SOCIAL_SECURITY: &str = "social_security";

/// The key of the sandbox parties; it guards nothing.
const SANDBOX_KEY: &str = "sandbox-key";

/// The parties outside that are simulated: those of a demo city that are not set.
#[derive(Default)]
pub struct Sandboxes {
    /// Charges cards.
    pub card_processor: Option<CardProcessorSandbox>,
    /// Knows who holds which document.
    pub police_registry: Option<PoliceRegistrySandbox>,
    /// Insures patients.
    pub insurer: Option<InsurerSandbox>,
    /// Keeps the registers of agencies that are asked live.
    pub records_office: Option<RecordsOfficeSandbox>,
}

impl Sandboxes {
    pub(super) fn start(settings: &Settings, clock: Clock) -> Result<Self, StartError> {
        if !settings.wants_demo_city() {
            return Ok(Self::default());
        }
        let missing = |set: &PartySettings| set.url.is_none();
        let card_processor = missing(&settings.card_processor)
            .then(|| CardProcessorSandbox::start(SANDBOX_KEY, clock))
            .transpose()
            .map_err(party)?;
        let police_registry = missing(&settings.police_registry)
            .then(|| PoliceRegistrySandbox::start(SANDBOX_KEY))
            .transpose()
            .map_err(party)?;
        let insurer = missing(&settings.insurer)
            .then(|| InsurerSandbox::start(SANDBOX_KEY))
            .transpose()
            .map_err(party)?;
        let records_office = RecordsOfficeSandbox::start(SANDBOX_KEY).map_err(party)?;
        let records_office = Some(records_office);
        Ok(Self { card_processor, police_registry, insurer, records_office })
    }

    pub(super) fn card_processor(
        &self,
        settings: &Settings,
    ) -> Result<Option<CardProcessor>, StartError> {
        let url = self.card_processor.as_ref().map(|sandbox| sandbox.url.as_str());
        let found = reached("card_processor", &settings.card_processor, url)?;
        Ok(found.map(CardProcessor::new))
    }

    pub(super) fn police_registry(
        &self,
        settings: &Settings,
    ) -> Result<Option<PoliceRegistry>, StartError> {
        let url = self.police_registry.as_ref().map(|sandbox| sandbox.url.as_str());
        let found = reached("police_registry", &settings.police_registry, url)?;
        Ok(found.map(PoliceRegistry::new))
    }

    pub(super) fn insurer(&self, settings: &Settings) -> Result<Option<Insurer>, StartError> {
        let url = self.insurer.as_ref().map(|sandbox| sandbox.url.as_str());
        Ok(reached("insurer", &settings.insurer, url)?.map(Insurer::new))
    }

    /// Puts the records of the demo city on file, and has the city ask for them here.
    pub(super) async fn open_registers(&self, cx: &Cx) -> Result<(), StartError> {
        let Some(office) = &self.records_office else { return Ok(()) };
        let now = cx.clock.now();
        let of_listings = citygate_listed::demo_records(now).into_iter();
        let of_listings = of_listings.map(|(agency, subject, record)| (agency, subject, 0, record));
        let of_insurance = [(AGENCY, SOCIAL_SECURITY, 1, demo_record(now))];
        for (agency, subject, citizen, record) in of_insurance.into_iter().chain(of_listings) {
            let Some((_, _, id_number)) = DEMO_CITIZENS.get(citizen) else { continue };
            office.file(Filed {
                subject: subject.to_owned(),
                id_number: (*id_number).to_owned(),
                as_of: now,
                record,
            });
            let source = Source {
                agency,
                subject: subject.parse().map_err(party)?,
                url: office.url.parse().map_err(party)?,
                api_key: Masked::new(SANDBOX_KEY.to_owned()),
                fresh_for: TimeDelta::minutes(5),
            };
            let set =
                cx.db.tx("inquiry.set_source", async |tx| set_source(&cx.keys, tx, &source).await);
            set.await.map_err(party)?;
        }
        Ok(())
    }

    pub(super) async fn stop(self) {
        let Self { card_processor, police_registry, insurer, records_office } = self;
        if let Some(sandbox) = card_processor {
            sandbox.stop().await;
        }
        if let Some(sandbox) = police_registry {
            sandbox.stop().await;
        }
        if let Some(sandbox) = insurer {
            sandbox.stop().await;
        }
        if let Some(sandbox) = records_office {
            sandbox.stop().await;
        }
    }
}

/// A party as it is set, else its sandbox, if there is one.
fn reached(
    name: &'static str,
    set: &PartySettings,
    sandbox: Option<&str>,
) -> Result<Option<Party>, StartError> {
    let simulated = || sandbox.map(|url| Party::new(url, Masked::new(SANDBOX_KEY.to_owned())));
    match set.party(name).map_err(party)? {
        Some(party) => Ok(Some(party)),
        None => simulated().transpose().map_err(party),
    }
}
