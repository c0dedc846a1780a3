//! Requests about rights, read from JSON.

use crate::api::request::{DeploymentRequest, Fields, Request, malformed};
use crate::diagnostic::Diagnostic;
use crate::iam::deliver::apply::ApplyMode;
use crate::iam::rights::approval::Approval;
use crate::iam::rights::risk::ServingAccountRights;
use crate::ordered::Ordered;
use crate::plan::Found;
use serde_json::{Map, Value};

/// What rights are asked for: for which deployment, by whom, until when.
#[derive(Clone, Debug)]
pub struct IamRequest {
    pub(super) deployment: DeploymentRequest,
    pub(super) principal: String,
    pub(super) found: Found,
    pub(super) expires_at: Option<String>,
    pub(super) delivery: Option<String>,
    pub(super) project_number: Option<String>,
    pub(super) artifact_project: Option<String>,
    pub(super) approvers: Vec<String>,
    pub(super) justification: Option<String>,
    pub(super) methods: Vec<String>,
    pub(super) unsupported_permissions: Vec<String>,
    pub(super) account_powers: Option<ServingAccountRights>,
}

/// A request against what is there.
#[derive(Clone, Debug)]
pub struct IamCompareRequest {
    pub(super) iam: IamRequest,
    pub(super) live: RawLive,
}

/// What is known of the world, not yet read.
#[derive(Clone, Debug, Default)]
pub(super) struct RawLive {
    pub(super) policies: Vec<(String, Value)>,
    pub(super) roles: Ordered<String, Vec<String>>,
    pub(super) member_of: Vec<String>,
    pub(super) tested: Ordered<String, Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct IamApplyRequest {
    pub(super) iam: IamRequest,
    pub(super) mode: ApplyMode,
    pub(super) approval: Approval,
    /// Names of grants.
    pub(super) keep: Vec<String>,
    pub(super) wait: bool,
    pub(super) is_dry_run: bool,
    pub(super) proxy_url: String,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug)]
pub struct IamAskRequest {
    pub(super) iam: IamRequest,
    pub(super) is_dry_run: bool,
    pub(super) proxy_url: String,
    /// Names the try: asking again for the same reason asks once.
    pub(super) reason: String,
}

#[derive(Clone, Debug)]
pub struct IamVerifyRequest {
    pub(super) compare: IamCompareRequest,
    pub(super) hints_for: Option<String>,
    pub(super) proxy_url: String,
    pub(super) reason: Option<String>,
}

impl Fields {
    fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Diagnostic> {
        texts(self.take(name), name)
    }

    /// Names of roles or permissions.
    fn names(&mut self, name: &'static str) -> Result<Vec<String>, Diagnostic> {
        let names = self.texts(name)?;
        let is_name = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:".contains(&b));
        match names.iter().find(|text| !is_name(text)) {
            Some(wrong) => Err(malformed(format!("`{wrong}` in `{name}` is not the name of a role or a permission"))),
            None => Ok(names),
        }
    }

    fn map_of_texts(&mut self, name: &'static str) -> Result<Ordered<String, Vec<String>>, Diagnostic> {
        match self.take(name) {
            Value::Null => Ok(Ordered::default()),
            Value::Object(map) => map.into_iter().map(|(key, value)| Ok((key, texts(value, name)?))).collect(),
            _ => Err(malformed(format!("`{name}` is not an object of lists"))),
        }
    }

    fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Diagnostic> {
        match self.take(name) {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(flag)),
            _ => Err(malformed(format!("`{name}` is neither true nor false"))),
        }
    }

    /// The fields of an object inside; `None` where there is none.
    fn inner(&mut self, name: &'static str) -> Result<Option<Fields>, Diagnostic> {
        match self.take(name) {
            Value::Null => Ok(None),
            value => Self::of(value).map(Some).map_err(|_| malformed(format!("`{name}` is not an object"))),
        }
    }

    fn iam(&mut self) -> Result<IamRequest, Diagnostic> {
        let found = match self.inner("found")? {
            None => Found::default(),
            Some(mut inner) => {
                let (model, endpoint) = (inner.flag("model")?, inner.flag("endpoint")?);
                let found = Found { model, endpoint, deployment: inner.flag("deployment")? };
                inner.end()?;
                found
            }
        };
        let account_powers = match self.inner("accountPowers")? {
            None => None,
            Some(mut inner) => {
                let powers =
                    ServingAccountRights { roles: inner.names("roles")?, permissions: inner.names("permissions")? };
                inner.end()?;
                Some(powers)
            }
        };
        Ok(IamRequest {
            deployment: DeploymentRequest::take(self)?,
            principal: self.required("principal")?,
            found,
            expires_at: self.optional("expiresAt")?,
            delivery: self.optional("delivery")?,
            project_number: self.optional("projectNumber")?,
            artifact_project: self.optional("artifactProject")?,
            approvers: self.texts("approvers")?,
            justification: self.optional("justification")?,
            methods: self.texts("methods")?,
            unsupported_permissions: self.texts("unsupportedPermissions")?,
            account_powers,
        })
    }

    fn live(&mut self) -> Result<RawLive, Diagnostic> {
        let policies = match self.take("policies") {
            Value::Null => Map::new(),
            Value::Object(map) => map,
            _ => return Err(malformed("`policies` is not an object of policies by resource".into())),
        };
        Ok(RawLive {
            policies: policies.into_iter().collect(),
            roles: self.map_of_texts("roles")?,
            member_of: self.texts("memberOf")?,
            tested: self.map_of_texts("tested")?,
        })
    }
}

fn texts(value: Value, name: &str) -> Result<Vec<String>, Diagnostic> {
    let wrong = || malformed(format!("`{name}` is not a list of texts"));
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::String(text) => Ok(text),
                _ => Err(wrong()),
            })
            .collect(),
        _ => Err(wrong()),
    }
}

impl Request for IamRequest {
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic> {
        fields.iam()
    }
}

impl Request for IamCompareRequest {
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic> {
        Ok(Self { iam: fields.iam()?, live: fields.live()? })
    }
}

impl Request for IamApplyRequest {
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic> {
        let mode = match fields.optional("mode")?.as_deref() {
            None | Some("give") => ApplyMode::Grant,
            Some("take-back") => ApplyMode::Revoke,
            Some("clean-up") => ApplyMode::CleanUp,
            Some(_) => return Err(malformed("`mode` is `give`, `take-back` or `clean-up`".into())),
        };
        let approval = match fields.inner("approval")? {
            None => Approval::default(),
            Some(mut inner) => {
                let approval = Approval {
                    by: inner.optional("by")?,
                    member_of: inner.texts("memberOf")?,
                    email: inner.optional("email")?,
                    beneficiary: inner.optional("for")?,
                    beneficiary_email: inner.optional("forEmail")?,
                };
                inner.end()?;
                approval
            }
        };
        Ok(Self {
            iam: fields.iam()?,
            mode,
            approval,
            keep: fields.texts("keep")?,
            wait: fields.flag("wait")?.unwrap_or(true),
            is_dry_run: fields.flag("dryRun")?.unwrap_or(false),
            proxy_url: fields.required("proxyUrl")?,
            reason: fields.optional("reason")?,
        })
    }
}

impl Request for IamAskRequest {
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic> {
        let mut request = Self {
            iam: fields.iam()?,
            is_dry_run: fields.flag("dryRun")?.unwrap_or(false),
            proxy_url: fields.required("proxyUrl")?,
            reason: fields.required("reason")?,
        };
        // Whoever asks there means it.
        request.iam.delivery.get_or_insert_with(|| "pam".into());
        Ok(request)
    }
}

impl Request for IamVerifyRequest {
    fn take(fields: &mut Fields) -> Result<Self, Diagnostic> {
        Ok(Self {
            compare: IamCompareRequest { iam: fields.iam()?, live: fields.live()? },
            hints_for: fields.optional("hintsFor")?,
            proxy_url: fields.required("proxyUrl")?,
            reason: fields.optional("reason")?,
        })
    }
}
