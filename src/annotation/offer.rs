//! Rules for accelerator and location: Google offers each accelerator in certain locations only.

use super::place::Places;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::name::Endpoint;
use crate::vertex::machine::{Accelerator, MachineType};
use crate::vertex::offer::{nearest, offers};
use crate::vertex::region::is_region;
use crate::words;

/// Reports an accelerator that Google does not list in the endpoint's location, or grants there on request only. Unknown accelerators
/// and locations have their own findings.
pub fn offered<'a>(
    reading: &mut Reading<'a>,
    places: &Places<'a>,
    endpoint: Option<&Found<'a, Endpoint>>,
    machine: Option<&Found<'a, MachineType>>,
    accelerator: Option<&Found<'a, Accelerator>>,
) {
    let carried = machine.and_then(|machine| Some((machine.at, machine.value.carries()?.0)));
    let Some((at, kind)) = accelerator.map(|found| (found.at, &*found.value.kind)).or(carried) else { return };
    let Some(endpoint) = endpoint else { return };
    let offers = offers(kind);
    let location = endpoint.value.place.location.as_str();
    if offers.is_empty() || !is_region(location) {
        return;
    }
    let quota = offers.iter().find(|(known, _)| *known == location).map(|(_, quota)| *quota);
    let finding = match quota {
        Some(2..) => return,
        Some(quota) => {
            let message = format!("the default quota for `{kind}` in `{location}` is {quota}");
            let finding = Diagnostic::new(Code::AcceleratorQuota, message);
            finding.help("request more quota before the deployment")
        }
        None => {
            let message = format!("Google does not offer `{kind}` for inference in `{location}`");
            let finding = Diagnostic::new(Code::AcceleratorLocation, message);
            let near = words::list(nearest(location, &offers).iter(), "`, `");
            finding.help(format!("use another accelerator, or a location that has this one: `{near}`"))
        }
    };
    let set = places.location.as_ref().filter(|set| set.value == endpoint.value.place.location);
    let set = set.map_or(endpoint.at, |set| set.at);
    reading.report(at, finding.related("the location is set here", reading.place(set)));
}
