//! The method that a verb and a path name, or the reason why they name none.

use super::target::{Target, shown};
use super::{Refusal, listed};
use crate::diagnostic::Code;
use crate::method::{METHODS, Method, Resource, Service, Verb, find, resource};

/// The services that a proxy path may name: those with an open method. The product itself obtains credentials.
fn exposed() -> impl Iterator<Item = Service> {
    Service::ALL.into_iter().filter(|service| open(*service).next().is_some())
}

fn open(service: Service) -> impl Iterator<Item = &'static Method> {
    METHODS.into_iter().filter(move |method| method.service == service && method.is_open())
}

/// Finds the open method of this verb and path.
pub fn recognise(verb: &str, target: &Target<'_>) -> Result<(&'static Method, Resource), Refusal> {
    let Some(service) = exposed().find(|service| service.as_str() == target.service) else {
        return Err(Refusal::new(
            403,
            Code::ProxyMethodUnknown,
            format!("`{}` is not a service that can be called here", shown(target.service)),
            format!("use one of {}", listed(exposed().map(Service::as_str))),
        ));
    };
    let known = Verb::ALL.into_iter().find(|known| known.as_str() == verb);
    let found = known.and_then(|verb| find(service, verb, target.path)).filter(|(method, _)| method.is_open());
    found.ok_or_else(|| {
        misnamed(service, known, target.path).unwrap_or_else(|| {
            Refusal::new(
                403,
                Code::ProxyMethodUnknown,
                format!("`{} {}` is not a Google method that can be called here", shown(verb), shown(target.path)),
                format!(
                    "check the verb, the version and each name in the path; the methods are {}",
                    listed(open(service).map(|method| method.name))
                ),
            )
        })
    })
}

/// The refusal of a path that would be an open method's, if one of its names were valid.
fn misnamed(service: Service, verb: Option<Verb>, path: &str) -> Option<Refusal> {
    let near = open(service).filter(|method| Some(method.verb) == verb).find_map(|method| {
        let middle = path.strip_prefix(method.version)?.strip_prefix('/')?.strip_suffix(method.suffix)?;
        resource::invalid_part(method.on, middle)
    });
    near.map(|error| {
        let message = format!("`{}` is not a valid {}", shown(&error.value), error.kind);
        Refusal::new(403, Code::ProxyMethodUnknown, message, format!("correct the name in the path: {}", error.rule))
    })
}

/// The refusal of a method that is closed, or whose row states no rules for its JSON body.
pub fn closed(method: &Method) -> Refusal {
    Refusal::new(
        403,
        Code::ProxyMethodUnknown,
        format!("`{}` cannot be called here", method.name),
        format!("use one of {}", listed(open(method.service).map(|method| method.name))),
    )
}
