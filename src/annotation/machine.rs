//! Machine type, accelerator, replicas.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::target::Replicas;
use crate::vertex::machine::{Accelerator, MachineType};

pub fn machine_type<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, MachineType>> {
    let machine = reading.parse::<MachineType>(Key::MachineType)?;
    if !machine.value.is_known() {
        let message = format!("Vertex AI serves no models on machine type `{}`", machine.value);
        let finding = Diagnostic::new(Code::MachineTypeUnknown, message);
        let finding = match MachineType::nearest(machine.value.as_str()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(reading.write(machine.at, &near)),
            None => finding.help("choose a type such as `n1-standard-4` or `g2-standard-4`"),
        };
        reading.say(machine.at, finding);
    }
    Some(machine)
}

pub fn accelerator<'a>(
    reading: &mut Reading<'a>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Accelerator>> {
    let text = reading.text(Key::Accelerator)?;
    let parsed = text.value.parse::<Accelerator>();
    let accelerator = text.with(reading.check(Key::Accelerator, &text, parsed)?);
    let Accelerator { kind, count } = &accelerator.value;
    if !accelerator.value.is_known() {
        let finding = Diagnostic::new(Code::AcceleratorUnknown, format!("there is no accelerator `{kind}`"));
        let finding = match Accelerator::nearest(kind) {
            Some(near) => {
                finding.help(format!("did you mean `{near}`?")).fix(reading.write(text.at, &format!("{near}:{count}")))
            }
            None => finding.help("write one of Google's names, e.g. `NVIDIA_L4:1`"),
        };
        reading.say(text.at, finding);
        return Some(accelerator);
    }
    match machine {
        Some(machine) if machine.value.is_known() => {
            if let Err(fitting) = accelerator.value.fits(&machine.value) {
                let message = format!("{count} × {kind} does not go with `{}`", machine.value);
                let finding = Diagnostic::new(Code::AcceleratorMachineMismatch, message)
                    .related("the machine type is set here", reading.place(machine.at))
                    .help(fitting);
                reading.say(text.at, finding);
            }
        }
        // Where the machine type is there but wrong, that is the one thing to mend first.
        _ if reading.has(Key::MachineType) => {}
        _ => {
            let message = format!("{kind} needs a machine type that carries it");
            let finding = Diagnostic::new(Code::AcceleratorMachineMissing, message);
            reading.say(text.at, finding.help("add `google.com/vertex-ai-machine-type`"));
        }
    }
    Some(accelerator)
}

pub fn replicas<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Replicas>> {
    let text = reading.text(Key::Replicas)?;
    let (min, max) = text.value.split_once('-').unwrap_or((text.value, text.value));
    let (Ok(min), Ok(max)) = (min.trim().parse::<u32>(), max.trim().parse::<u32>()) else {
        let finding = Diagnostic::new(Code::ReplicasMalformed, format!("`{}` is not a range of replicas", text.value));
        reading.say(text.at, finding.help("write `2`, or a range such as `1-3`"));
        return None;
    };
    if min == 0 {
        let finding = Diagnostic::new(Code::ReplicasZero, "an endpoint needs at least one replica");
        reading.say(text.at, finding.help("write a range such as `1-3`"));
        return None;
    }
    if max < min {
        let finding = Diagnostic::new(Code::ReplicasReversed, format!("at most {max} is less than at least {min}"));
        let fix = reading.write(text.at, &format!("{max}-{min}"));
        reading.say(text.at, finding.help(format!("write `{max}-{min}`")).fix(fix));
        return None;
    }
    Some(text.with(Replicas { min, max }))
}
