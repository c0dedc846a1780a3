//! Admission: whether a call may pass, with which body, and as whom.

use super::arrival::{Arrival, Who};
use super::passage::{Body, Passage, Refused, Subject, unexpected};
use super::permits::Key;
use super::refusal::{Refusal, lacks_permission};
use super::want::{Outcome, RequestBody, Starter, Want};
use super::{ALLOW, GRANT, LARGEST_WHOLE, LONGEST_FOLLOWED, MOUNT, OVERRIDES, PORTAL};
use crate::config::{Config, DirectChanges};
use crate::diagnostic::Code;
use crate::guard::{self, ActingFor, Allowed, Caller};
use crate::iam::policy::live_policy::may_have_changed_policy;
use crate::identity::cache::Holder;
use crate::method::Access;

/// Decides by verb, path and caller alone.
pub fn decide(config: &Config, arrival: &Arrival) -> Result<Allowed, Refusal> {
    // Express matches routes regardless of case; Google's path begins right after the mount point.
    let Some(target) = arrival.target.strip_prefix(MOUNT) else {
        let message = format!("the path does not begin with `{MOUNT}`");
        return Err(Refusal::because(400, Code::ProxyPathMalformed, message));
    };
    if let Some(name) = OVERRIDES.iter().find(|name| arrival.header(name).is_some_and(|value| !value.is_empty())) {
        let message = format!("the header `{name}` is not supported");
        let help = "send the request with the intended verb";
        return Err(Refusal::because(400, Code::ProxyMethodUnknown, message).help(help));
    }
    let user = |entity_ref: &str| Caller::User { entity_ref: entity_ref.to_owned() };
    let caller = match &arrival.who {
        Who::User { entity_ref, .. } if entity_ref == PORTAL => {
            let message = format!("`{PORTAL}` is the portal itself, not a user");
            return Err(Refusal::because(403, Code::ProxyCallerNotAllowed, message));
        }
        Who::User { entity_ref, .. } => user(entity_ref),
        Who::Service { subject } => match arrival.mandate() {
            Some(mandate) => Caller::Delegate { mandate: mandate.to_owned() },
            None => Caller::Service { subject: subject.clone() },
        },
        Who::Portal => user(PORTAL),
    };
    let call = guard::decide(config, &arrival.verb, target, &caller)?;
    if config.direct_changes == DirectChanges::Deny && call.is_change() && arrival.mandate().is_none() {
        let message = "models, endpoints and deployments are changed by deployments only";
        let refusal = Refusal::because(403, Code::ProxyDirectChange, message);
        return Err(refusal.help("start a deployment, or ask an administrator to set `vertexAi.directChanges: allow`"));
    }
    Ok(call)
}

/// Requires the Backstage permission of the call's method. The user of a mandate was asked for it when the mandate was made.
pub async fn permit(passage: &Passage, call: &Allowed) -> Result<(), Refused> {
    if let ActingFor::Mandate { .. } = call.subject {
        return Ok(());
    }
    let Passage { door, arrival, voice, .. } = passage;
    let permission = call.permission;
    let allowed = match &arrival.who {
        Who::Portal => true,
        Who::User { permissions: Some(permissions), .. } => permissions.iter().any(|name| name == permission),
        who => {
            let key = permit_key(who, call);
            let asked_at = voice.now();
            if key.as_ref().is_some_and(|key| door.permits.borrow().allows(key, asked_at)) {
                return Ok(());
            }
            match voice.ask(Want::Permit { permission }).await {
                Outcome::Decision(decision) if decision == ALLOW => {
                    if let Some(key) = key {
                        door.permits.borrow_mut().remember(key, asked_at);
                    }
                    true
                }
                Outcome::Decision(_) => false,
                other => return Err(unexpected(other)),
            }
        }
    };
    if allowed { Ok(()) } else { Err(Refusal::new(403, &lacks_permission(permission)).into()) }
}

/// The key of a decision that may be remembered.
fn permit_key(who: &Who, call: &Allowed) -> Option<Key> {
    let Who::User { entity_ref, actor, credentials: Some(credentials), .. } = who else { return None };
    let access = Access::ALL.into_iter().find(|access| !call.audited && access.permission() == call.permission)?;
    Key::new(entity_ref, actor.as_deref(), credentials, access)
}

/// Reads and checks the body.
pub async fn body(passage: &Passage, call: &Allowed) -> Result<Body, Refused> {
    match call.body {
        "none" => return Ok(Body::from(RequestBody::None)),
        "stream" => return Ok(Body::from(RequestBody::Stream)),
        _ => {}
    }
    match passage.voice.ask(Want::ReadBody { limit: LARGEST_WHOLE }).await {
        Outcome::Body(Some(body)) => match guard::check_body(&passage.door.config, call.method, &body) {
            None => Ok(Body { source: RequestBody::Read, read: Some(body) }),
            Some(finding) => Err(Refusal::new(400, &finding).into()),
        },
        Outcome::Body(None) => Err(too_large().into()),
        other => Err(unexpected(other)),
    }
}

fn too_large() -> Refusal {
    Refusal::because(413, Code::ProxyBodyMalformed, "the body is larger than 1 MiB").help("send a smaller body")
}

/// Finds the identity with which Google is called, where no mandate states it.
pub async fn subject(passage: &Passage, call: &Allowed) -> Result<Subject, Refused> {
    let operation = match &call.subject {
        ActingFor::User { .. } if matches!(passage.arrival.who, Who::Portal) => {
            let holder = Holder::Fixed(PORTAL.to_owned(), Vec::new());
            return Ok(Subject { holder, groups: Some(Vec::new()) });
        }
        ActingFor::User { entity_ref } => {
            return Ok(Subject { holder: Holder::Current(entity_ref.clone()), groups: None });
        }
        ActingFor::Starter { operation } => operation.clone(),
        ActingFor::Mandate { .. } => {
            let message = "the call names a mandate that was not read";
            return Err(Refusal::because(403, Code::MandateUnknown, message).into());
        }
    };
    let refused = |message: &'static str| {
        Refusal::because(403, Code::ProxyCallerNotAllowed, message).help("read it with the credentials of a user")
    };
    match passage.voice.ask(Want::Starter { operation }).await {
        Outcome::Starter(Some(Starter { started_at, .. }))
            if passage.voice.now().saturating_sub(started_at) > LONGEST_FOLLOWED =>
        {
            Err(refused("the operation was started more than 24 hours ago, so a service may no longer follow it")
                .into())
        }
        Outcome::Starter(Some(Starter { entity_ref, groups, .. })) => {
            Ok(Subject { holder: Holder::Fixed(entity_ref, groups.clone()), groups: Some(groups) })
        }
        Outcome::Starter(None) => {
            Err(refused("no audit record shows that a user of this portal started the operation").into())
        }
        other => Err(unexpected(other)),
    }
}

/// Refuses a policy change under a grant record that is not open, not the caller's, or about another resource: nothing would remove its
/// grants at their expiry. An empty header still names a grant record, one that does not exist.
///
/// Follows the record, so that a concurrent closing of the grant record sees this call in the audit table, or this call sees it closed.
pub async fn check_grant(passage: &Passage, call: &Allowed, subject: &Subject) -> Result<(), Refused> {
    let Some(id) = passage.arrival.header(GRANT).filter(|_| may_have_changed_policy(call.method, None)) else {
        return Ok(());
    };
    let given_by = subject.holder.entity_ref();
    match passage.voice.ask(Want::FindGrant { id: id.to_owned(), given_by: given_by.to_owned() }).await {
        Outcome::Grant(Some(resources)) if resources.contains(&call.resource) => Ok(()),
        Outcome::Grant(_) => {
            let resource = &call.resource;
            let message =
                format!("the grant record `{id}` is not open, not of `{given_by}`, or not about `{resource}`");
            let refusal = Refusal::because(403, Code::PortalRefused, message);
            Err(refusal.help("grant the access anew, with a later expiry").into())
        }
        other => Err(unexpected(other)),
    }
}
