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
        let help = "choose a type such as `n1-standard-4` or `g2-standard-4`";
        reading.say_guess(machine.at, finding, MachineType::nearest(name.as_str()).as_deref(), help);
    } else if let Some((kind, count)) = name.carries().filter(|_| !reading.has(Key::Accelerator)) {
        let finding = Diagnostic::new(Code::MachineTypeAcceleratorMissing, "this machine's accelerators are not named");
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
        Diagnostic::new(Code::AcceleratorDeprecated, "this accelerator is deprecated")
            .help("take another, e.g. `NVIDIA_TESLA_T4:1`")
    } else if kind.starts_with("TPU") {
        Diagnostic::new(Code::AcceleratorTpu, "models are not deployed to TPUs from here")
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
        let message = format!("`{}` serves with {} replicas or more", machine.value, machine.value.least_replicas());
        let finding = Diagnostic::new(Code::MachineTypeFewReplicas, message)
            .help("have more replicas, or take another machine type");
        match at {
            Some(at) => reading.say(at, finding.related("the machine type is set here", reading.place(machine.at))),
            None => reading.say(machine.at, finding),
        }
    }
    if max == 1 {
        let message = "one replica at most: nothing serves while it fails";
        let finding = Diagnostic::new(Code::ReplicasSingle, message).help("have more, e.g. `2-3`");
        match at {
            Some(at) => reading.say(at, finding),
            None => reading.say_of_all(finding),
        }
    }
    found
}

fn range<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Replicas>> {
    let text = reading.text(Key::Replicas)?;
    let range = numbers(text.value).filter(|(_, between, _)| is_range(between));
    let malformed = || Diagnostic::new(Code::ReplicasMalformed, format!("`{}` is not a range of replicas", text.value));
    match range {
        Some((min, "-", max)) if 0 < min && min <= max => return Some(text.with(Replicas { min, max })),
        None => reading.say(text.at, malformed().help("write `2`, or a range such as `1-3`")),
        Some((0, ..) | (.., 0)) => {
            let finding = Diagnostic::new(Code::ReplicasZero, "an endpoint needs at least one replica");
            reading.say(text.at, finding.help("write a range such as `1-3`"));
        }
        Some((min, _, max)) => {
            let finding = match min <= max {
                true => malformed(),
                false => Diagnostic::new(Code::ReplicasReversed, format!("at most {max} is less than at least {min}")),
            };
            reading.say_write(text.at, finding, &format!("{}-{}", min.min(max), min.max(max)));
        }
    }
    None
}

/// The number that a text begins with, the one that it ends in, and what stands between; a single number is both.
fn numbers(text: &str) -> Option<(u32, &str, u32)> {
    let other = |c: char| !c.is_ascii_digit();
    let (min, max) = (text.split(other).next()?, text.rsplit(other).next()?);
    let between = text.get(min.len()..text.len() - max.len()).map_or("-", str::trim);
    Some((min.parse().ok()?, between, max.parse().ok()?))
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
