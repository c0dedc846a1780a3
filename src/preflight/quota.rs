//! Quotas: the plan's demand at its widest moment against limit and usage.
//!
//! A deployment goes all at once: the new replicas start while the former ones serve. Google charges quota by the greatest number of
//! replicas (`DedicatedResources.maxReplicaCount`, discovery document `aiplatform.v1`) or by usage ("Scale inference nodes by using
//! autoscaling", read 2026-11-28): the sources differ, so the greater demand counts here.

use super::machine::Quota;
use super::{Judged, Look, Unknown, Verdict};
use crate::method::{self, Call, Resource, resource};
use crate::target::Target;
use crate::timestamp::rfc3339;
use crate::vertex::deployed_model;
use crate::vertex::machine::{Accelerator, MachineType};
use crate::vertex::setting::Message;
use serde_json::{Value, json};

/// Google's default machine type for a deployed model.
const DEFAULT_MACHINE_TYPE: &str = "n1-standard-2";
/// How far back usage is read, in milliseconds: Google samples it once a day.
const LOOK_BACK: u64 = 25 * 3_600_000;

/// Usage and demand of one quota.
struct Standing {
    quota: Quota,
    /// Negative: unlimited.
    limit: i64,
    used: i64,
    /// What the endpoint's other models use at most.
    own: i64,
    /// What the plan adds.
    added: i64,
}

impl Standing {
    fn base(&self) -> i64 {
        self.used.max(self.own)
    }

    fn peak(&self) -> i64 {
        self.base() + self.added
    }

    fn fits(&self, demand: i64) -> bool {
        self.limit < 0 || demand <= self.limit
    }

    fn fits_all_at_once(&self) -> bool {
        self.added == 0 || self.fits(self.peak())
    }

    /// Whether it fits once the endpoint's other models are gone.
    fn fits_in_their_place(&self) -> bool {
        self.fits(self.base() - self.own + self.added)
    }

    fn evidence(&self) -> Vec<String> {
        let limit = if self.limit < 0 { "unlimited".to_owned() } else { self.limit.to_string() };
        vec![
            format!("quota `{}`, limit {limit}", self.quota.id),
            format!("in use {}, as Google counted up to 25 hours ago", self.used),
            format!("other models of the endpoint at their most replicas: {}", self.own),
            format!("the plan adds {}: {} at the widest moment", self.added, self.peak()),
        ]
    }
}

fn machine(target: &Target) -> &str {
    target.machine_type.as_ref().map_or(DEFAULT_MACHINE_TYPE, MachineType::as_str)
}

fn accelerator(target: &Target) -> Option<Accelerator> {
    let carried = || {
        let (kind, count) = target.machine_type.as_ref()?.carries()?;
        Some(Accelerator { kind: kind.to_owned(), count })
    };
    target.accelerator.clone().or_else(carried)
}

/// What the most replicas of a deployed model use of a quota.
fn of_model(quota: &Quota, model: &Value) -> i64 {
    let Some(replicas) = deployed_model::replicas(model) else { return 0 };
    let spec = &model["dedicatedResources"]["machineSpec"];
    let count = spec["acceleratorCount"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    let accelerator = spec["acceleratorType"].as_str().map(|kind| Accelerator { kind: kind.to_owned(), count });
    let machine = spec["machineType"].as_str().unwrap_or_default();
    let each = quota.of_replica(machine, accelerator.as_ref()).unwrap_or(0);
    whole(each * u64::from(replicas.max))
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn standing(look: &Look, quota: Quota) -> Result<Standing, Unknown> {
    let target = &look.plan.target;
    let (project, region) = (&target.endpoint.place.project, target.endpoint.place.location.as_str());
    let name =
        format!("projects/{project}/locations/global/services/aiplatform.googleapis.com/quotaInfos/{}", quota.id);
    let Some(named) = Resource::parse(resource::QUOTA, &name) else {
        return Err(Unknown::because("the quota has no valid name", "report this to the maintainers"));
    };
    let info = look.ask(Call::new(&method::QUOTA_INFOS_GET, named));
    let filter = format!(
        "metric.type=\"serviceruntime.googleapis.com/quota/allocation/usage\" AND resource.type=\"consumer_quota\" \
         AND metric.label.quota_metric=\"aiplatform.googleapis.com/{}\" AND resource.label.location=\"{region}\" \
         AND resource.label.service=\"aiplatform.googleapis.com\"",
        quota.metric
    );
    let usage = look.ask(
        Call::new(&method::TIME_SERIES_LIST, Resource::Project(project.clone()))
            .query("filter", filter)
            .query("interval.startTime", rfc3339(look.at.saturating_sub(LOOK_BACK)))
            .query("interval.endTime", rfc3339(look.at)),
    );
    let endpoint = look.find(super::endpoint::get(look));
    let (info, usage, endpoint) = (info?, usage?, endpoint?);
    let infos = info["dimensionsInfos"].as_array().into_iter().flatten();
    let lists =
        |info: &&Value| info["applicableLocations"].as_array().is_some_and(|all| all.iter().any(|l| l == region));
    let Some(limit) = infos.filter(lists).find_map(|info| number(&info["details"]["value"])) else {
        let why = format!("Google lists no limit of `{}` in `{region}`", quota.id);
        return Err(Unknown::because(why, "check the quota's page in Google's console"));
    };
    // The newest point stands first. No point: nothing is in use.
    let series = usage["timeSeries"].as_array().into_iter().flatten();
    let used = series.filter_map(|one| number(&one["points"][0]["value"]["int64Value"])).max().unwrap_or(0);
    let Some(each) = quota.of_replica(machine(target), accelerator(target).as_ref()) else {
        let why = format!("the size of the machine type `{}` is unknown to the portal", machine(target));
        return Err(Unknown::because(why, "compare its CPUs with the limit in Google's console"));
    };
    let most = target.replicas.map_or(1, |replicas| replicas.max);
    let new = whole(each * u64::from(most));
    let id = look.plan.deployed_model_id.as_ref().map(ToString::to_string);
    let (mut own, mut same) = (0, 0);
    for model in endpoint.and_then(|endpoint| endpoint["deployedModels"].as_array()).into_iter().flatten() {
        let uses = of_model(&quota, model);
        if id.is_some() && model["id"].as_str() == id.as_deref() { same += uses } else { own += uses }
    }
    Ok(Standing { quota, limit, used, own, added: (new - same).max(0) })
}

/// Whether the plan adds machines; an error where the portal does not know their quotas.
fn adds_machines(look: &Look) -> Result<bool, Unknown> {
    let target = &look.plan.target;
    let has = |message, path| target.settings.get(message, path).is_some();
    let help = "compare limit and usage on the quotas page of Google's console";
    if has(Message::DeployedModel, "automaticResources") {
        Err(Unknown::because("Google chooses the machines", help))
    } else if has(Message::Resources, "spot") {
        Err(Unknown::because("Spot VMs have quotas of their own, whose ids are unknown to the portal", help))
    } else if target.machine_type.as_ref().is_some_and(MachineType::is_tpu) {
        Err(Unknown::because("TPUs have quotas of their own, whose ids are unknown to the portal", help))
    } else {
        // The machines of a pool run already.
        Ok(!has(Message::DeployedModel, "sharedResources"))
    }
}

/// The quota of the plan's accelerator; `None` where it has none.
fn gpus(look: &Look) -> Result<Option<Quota>, Unknown> {
    let Some(accelerator) = accelerator(&look.plan.target) else { return Ok(None) };
    let quota = Quota::gpus(&accelerator.kind).ok_or_else(|| {
        let why = format!("the id of the quota for `{}` is unknown to the portal", accelerator.kind);
        Unknown::because(why, "compare limit and usage on the quotas page of Google's console")
    })?;
    Ok(Some(quota))
}

pub fn gpu_quota(look: &Look) -> Judged {
    if !adds_machines(look)? {
        return Ok(None);
    }
    let Some(quota) = gpus(look)? else { return Ok(None) };
    suffices(look, standing(look, quota)?)
}

pub fn cpu_quota(look: &Look) -> Judged {
    if !adds_machines(look)? {
        return Ok(None);
    }
    suffices(look, standing(look, Quota::cpus())?)
}

fn suffices(look: &Look, standing: Standing) -> Judged {
    let evidence = standing.evidence();
    if standing.fits_all_at_once() {
        return Ok(Some(Verdict::ok(evidence)));
    }
    let Standing { quota, limit, .. } = &standing;
    let place = &look.plan.target.endpoint.place;
    let (project, region, peak) = (&place.project, &place.location, standing.peak());
    let command = format!(
        "gcloud beta quotas preferences create --project={project} --service=aiplatform.googleapis.com \
         --quota-id={} --dimensions=region={region} --preferred-value={peak}",
        quota.id
    );
    let body = json!({
        "service": "aiplatform.googleapis.com",
        "quotaId": quota.id,
        "dimensions": {"region": region.as_str()},
        "quotaConfig": {"preferredValue": peak.to_string()},
    });
    let message = format!("the plan needs {peak} of `{}` in `{region}`, and the limit is {limit}", quota.id);
    let help = format!("request a higher limit: `{command}`; or use fewer replicas, or a smaller machine");
    Ok(Some(Verdict::no(message).help(help).evidence(evidence).more_quota(command, body)))
}

/// Which of the strategies that exist fits: all at once, or the endpoint's present models first removed by hand.
pub fn strategy(look: &Look) -> Judged {
    if !adds_machines(look)? {
        return Ok(None);
    }
    let cpus = standing(look, Quota::cpus());
    let gpus = match gpus(look) {
        Ok(quota) => quota.map(|quota| standing(look, quota)).transpose(),
        Err(unknown) => Err(unknown),
    };
    let standings: Vec<Standing> = std::iter::once(cpus?).chain(gpus?).collect();
    let short: Vec<&Standing> = standings.iter().filter(|one| !one.fits_all_at_once()).collect();
    if short.is_empty() {
        return Ok(Some(Verdict::ok(vec!["all at once: old and new replicas fit together".into()])));
    }
    let evidence = vec![format!("all at once does not fit: {}", list(&short))];
    if standings.iter().any(|one| !one.fits_in_their_place()) {
        let message = "no strategy fits the quota: also alone the new replicas exceed it";
        return Ok(Some(Verdict::no(message).evidence(evidence)));
    }
    let message = "only a replacement fits the quota: old and new replicas exceed it together";
    let help = "request a higher limit, or undeploy the endpoint's present model first: it does not serve meanwhile";
    Ok(Some(Verdict::no(message).help(help).evidence(evidence)))
}

fn list(short: &[&Standing]) -> String {
    let each = short.iter().map(|one| format!("`{}` {} of {}", one.quota.id, one.peak(), one.limit));
    crate::words::list(each, ", ")
}
