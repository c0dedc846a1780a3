//! Machine type, accelerator, replicas.

use super::keys::Key;
use super::reading::{Found, Reading};
use crate::diagnostic::{Code, Diagnostic};
use crate::target::Replicas;
use crate::vertex::machine::{Accelerator, MachineType, Misfit};

pub fn machine_type<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, MachineType>> {
    if !reading.has(Key::MachineType) && !reading.has(Key::Accelerator) {
        let finding = Diagnostic::new(Code::MachineTypeDefault, "no machine type is named: Google takes n1-standard-2");
        reading.say_of_all(finding.help("add `google.com/vertex-ai-machine-type`"));
    }
    let text = reading.text(Key::MachineType)?;
    let meant = MachineType::meant(text.value);
    let machine =
        text.with(reading.mend(Key::MachineType, &text, text.value.parse::<MachineType>(), meant.as_deref())?);
    let name = &machine.value;
    if !name.is_known() {
        let finding =
            Diagnostic::new(Code::MachineTypeUnknown, format!("Vertex AI serves no models on machine type `{name}`"));
        let finding = match MachineType::nearest(name.as_str()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(reading.write(machine.at, &near)),
            None => finding.help("choose a type such as `n1-standard-4` or `g2-standard-4`"),
        };
        reading.say(machine.at, finding);
    } else if let Some((kind, count)) = name.carries().filter(|_| !reading.has(Key::Accelerator)) {
        let message = format!("`{name}` has {count} × {kind}, but no accelerator is named");
        let finding = Diagnostic::new(Code::MachineTypeAcceleratorMissing, message);
        reading.say(machine.at, finding.help(format!("add `google.com/vertex-ai-accelerator: {kind}:{count}`")));
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
    // Where the machine type is there but wrong, that is the one thing to mend first.
    let machine = machine.filter(|machine| machine.value.is_known());
    let kind = &accelerator.value.kind;
    let finding = if kind == "NVIDIA_TESLA_K80" {
        Diagnostic::new(Code::AcceleratorDeprecated, "Google has given up NVIDIA_TESLA_K80")
            .help("take another one, e.g. `NVIDIA_TESLA_T4:1`")
    } else if kind.starts_with("TPU") {
        Diagnostic::new(Code::AcceleratorTpu, format!("{kind} is a TPU, which is not deployed to from here"))
            .help("take a GPU, e.g. `NVIDIA_L4:1`")
    } else {
        if !reading.has(Key::MachineType) {
            let message = format!("{kind} needs a machine type that carries it");
            let finding = Diagnostic::new(Code::AcceleratorMachineMissing, message);
            reading.say(text.at, finding.help("add `google.com/vertex-ai-machine-type`"));
        }
        match fits(reading, &accelerator, machine) {
            Some(finding) => finding,
            None => return Some(accelerator),
        }
    };
    reading.say(text.at, finding);
    Some(accelerator)
}

/// What is wrong with a kind and number, by themselves and on a machine.
fn fits<'a>(
    reading: &Reading<'a>,
    accelerator: &Found<'a, Accelerator>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Diagnostic> {
    let Accelerator { kind, count } = &accelerator.value;
    if !accelerator.value.is_known() {
        let finding = Diagnostic::new(Code::AcceleratorUnknown, format!("there is no accelerator `{kind}`"));
        let meant = accelerator.value.meant();
        let Some(first) = meant.first() else {
            return Some(finding.help("write one of Google's names, e.g. `NVIDIA_L4:1`"));
        };
        // The machine tells which of several is meant.
        let fit = |kind: &&&str| {
            let meant = Accelerator { kind: (**kind).to_owned(), count: *count };
            machine.is_none_or(|machine| meant.fits(&machine.value).is_ok())
        };
        let mut fitting = meant.iter().filter(fit);
        let (near, is_only) = (fitting.next(), fitting.next().is_none());
        let fix = near.filter(|_| is_only).and_then(|near| reading.write(accelerator.at, &format!("{near}:{count}")));
        return Some(finding.help(format!("did you mean `{}`?", near.unwrap_or(first))).fix(fix));
    }
    let machine = machine?;
    let name = &machine.value;
    let finding = match accelerator.value.fits(name).err()? {
        Misfit::Kind(help) => {
            let message = match name.carries() {
                Some((other, _)) => format!("`{name}` has {other}, not {kind}"),
                None => format!("`{name}` does not go with {kind}"),
            };
            Diagnostic::new(Code::AcceleratorMachineMismatch, message).help(help)
        }
        Misfit::Count(help, only) => {
            let fix = only.and_then(|only| reading.write(accelerator.at, &format!("{kind}:{only}")));
            Diagnostic::new(Code::AcceleratorCount, format!("`{name}` does not go with {count} × {kind}"))
                .help(help)
                .fix(fix)
        }
    };
    Some(finding.related("the machine type is set here", reading.place(machine.at)))
}

pub fn replicas<'a>(
    reading: &mut Reading<'a>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Found<'a, Replicas>> {
    let found = range(reading);
    // Google's default is one.
    let range = found.as_ref().map(|found| found.value);
    if range.is_none() && reading.has(Key::Replicas) {
        return None;
    }
    let Replicas { min, max } = range.unwrap_or(Replicas { min: 1, max: 1 });
    let at = found.as_ref().map(|found| found.at);
    if let Some(machine) = machine.filter(|machine| machine.value.least_replicas() > min) {
        let least = machine.value.least_replicas();
        let message = format!("`{}` serves with {least} replicas or more, not {min}", machine.value);
        let finding = Diagnostic::new(Code::MachineTypeFewReplicas, message)
            .related("the machine type is set here", reading.place(machine.at))
            .help(format!("write `{least}` as the least number of replicas, or take another machine type"));
        reading.say(at.unwrap_or(machine.at), finding);
    }
    if max == 1 {
        let message = "there is one replica at most: nothing serves while it fails or is replaced";
        let finding = Diagnostic::new(Code::ReplicasSingle, message).help("have two or more, e.g. `2-3`");
        match at {
            Some(at) => reading.say(at, finding),
            None => reading.say_of_all(finding),
        }
    }
    found
}

fn range<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Replicas>> {
    let text = reading.text(Key::Replicas)?;
    let Some((min, between, max)) = numbers(text.value).filter(|(_, between, _)| is_range(between)) else {
        let finding = Diagnostic::new(Code::ReplicasMalformed, format!("`{}` is not a range of replicas", text.value));
        reading.say(text.at, finding.help("write `2`, or a range such as `1-3`"));
        return None;
    };
    let finding = if min == 0 || max == 0 {
        Diagnostic::new(Code::ReplicasZero, "an endpoint needs at least one replica")
            .help("write a range such as `1-3`")
    } else if max < min {
        let meant = format!("{max}-{min}");
        let finding = Diagnostic::new(Code::ReplicasReversed, format!("at most {max} is less than at least {min}"));
        finding.help(format!("write `{meant}`")).fix(reading.write(text.at, &meant))
    } else if between != "-" {
        let meant = format!("{min}-{max}");
        let finding = Diagnostic::new(Code::ReplicasMalformed, format!("`{}` is not a range of replicas", text.value));
        finding.help(format!("write `{meant}`")).fix(reading.write(text.at, &meant))
    } else {
        return Some(text.with(Replicas { min, max }));
    };
    reading.say(text.at, finding);
    None
}

/// The number that a text begins with, the one that it ends in, and what stands between; a single number is both.
fn numbers(text: &str) -> Option<(u32, &str, u32)> {
    let other = |c: char| !c.is_ascii_digit();
    let (Some(end), Some(start)) = (text.find(other), text.rfind(other)) else {
        let number = text.parse().ok()?;
        return Some((number, "-", number));
    };
    let (min, rest) = text.split_at_checked(end)?;
    let max = text.get(start..)?.trim_start_matches(other);
    Some((min.parse().ok()?, rest.strip_suffix(max)?.trim(), max.parse().ok()?))
}

/// Whether what stands between two numbers says that they are the ends of a range.
fn is_range(between: &str) -> bool {
    matches!(between, "-" | "–" | "—" | ".." | "..." | "…" | "to" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_at_both_ends() {
        for (text, expected) in [
            ("2", Some((2, "-", 2))),
            ("1-3", Some((1, "-", 3))),
            ("1 - 3", Some((1, "-", 3))),
            ("1–3", Some((1, "–", 3))),
            ("1..3", Some((1, "..", 3))),
            ("1 to 3", Some((1, "to", 3))),
            ("1 3", Some((1, "", 3))),
            ("1-2-3", Some((1, "-2-", 3))),
            ("1-", None),
            ("-3", None),
            ("+3", None),
            ("a few", None),
            ("", None),
            ("4294967296", None),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }
}
