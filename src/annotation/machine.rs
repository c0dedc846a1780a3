//! Reading and rules of machine type, accelerator and replicas.

use super::keys::Key;
use super::reading::{Found, Reading};
use super::settings::has_foreign_machines;
use crate::diagnostic::{Code, Diagnostic};
use crate::vertex::deployed_model::Replicas;
use crate::vertex::machine::{Accelerator, MachineType, Misfit};

pub fn machine_type<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, MachineType>> {
    let is_open = !reading.has(Key::MachineType) && !reading.has(Key::Accelerator);
    if is_open && !has_foreign_machines(reading) {
        let finding =
            Diagnostic::new(Code::MachineTypeDefault, "no machine type is named, so Google uses `n1-standard-2`");
        reading.report_on_all(finding.help("add `google.com/vertex-ai-machine-type`"));
    }
    let text = reading.text(Key::MachineType)?;
    let parsed = text.value.parse::<MachineType>();
    let meant = if parsed.is_err() { MachineType::meant(text.value) } else { None };
    let machine = text.with(reading.check_or_fix(Key::MachineType, &text, parsed, meant.as_deref())?);
    let name = &machine.value;
    if !name.is_known() {
        let finding =
            Diagnostic::new(Code::MachineTypeUnknown, format!("Vertex AI is not known to serve models on `{name}`"));
        let help = "choose a type such as `n1-standard-4` or `g2-standard-4`";
        reading.report_guess(machine.at, finding, MachineType::nearest(name.as_str()).as_deref(), help);
    } else if let Some((kind, count)) = name.carries().filter(|_| !reading.has(Key::Accelerator)) {
        let finding =
            Diagnostic::new(Code::MachineTypeAcceleratorMissing, "the accelerators of the machine type are not named");
        reading.report(machine.at, finding.help(format!("add `google.com/vertex-ai-accelerator: {kind}:{count}`")));
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
    // A wrong machine type has its own finding, and decides nothing else.
    let machine = machine.filter(|machine| machine.value.is_known());
    let kind = &accelerator.value.kind;
    let finding = if kind == "NVIDIA_TESLA_K80" {
        Diagnostic::new(Code::AcceleratorDeprecated, format!("`{kind}` is deprecated"))
            .help("use another accelerator, e.g. `NVIDIA_TESLA_T4:1`")
    } else if kind.starts_with("TPU") {
        Diagnostic::new(Code::AcceleratorTpu, format!("`{kind}` is a TPU, which is part of the machine type"))
            .help("remove it, and choose a machine type such as `ct5lp-hightpu-1t`")
    } else {
        if !reading.has(Key::MachineType) {
            let message = format!("`{kind}` needs a machine type that has it");
            let finding = Diagnostic::new(Code::AcceleratorMachineMissing, message);
            reading.report(text.at, finding.help("add `google.com/vertex-ai-machine-type`"));
        }
        match fits(reading, &accelerator, machine) {
            Some(finding) => finding,
            None => return Some(accelerator),
        }
    };
    reading.report(text.at, finding);
    Some(accelerator)
}

/// The finding about an accelerator that Google or the machine type does not have.
fn fits<'a>(
    reading: &Reading<'a>,
    accelerator: &Found<'a, Accelerator>,
    machine: Option<&Found<'a, MachineType>>,
) -> Option<Diagnostic> {
    let Accelerator { kind, count } = &accelerator.value;
    if !accelerator.value.is_known() {
        let finding =
            Diagnostic::new(Code::AcceleratorUnknown, format!("Google is not known to have an accelerator `{kind}`"));
        let meant = accelerator.value.meant();
        let Some(first) = meant.first() else {
            return Some(finding.help("write a name from Google's list, e.g. `NVIDIA_L4:1`"));
        };
        // Of several candidates, the machine type decides.
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
                Some((other, _)) => format!("`{name}` has `{other}`, not `{kind}`"),
                None => format!("`{name}` cannot have `{kind}`"),
            };
            Diagnostic::new(Code::AcceleratorMachineMismatch, message).help(help)
        }
        Misfit::Count(help, only) => {
            let fix = only.and_then(|only| reading.write(accelerator.at, &format!("{kind}:{only}")));
            Diagnostic::new(Code::AcceleratorCount, format!("`{name}` cannot have {count} × `{kind}`"))
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
        let message = format!("`{}` needs at least {} replicas", machine.value, machine.value.least_replicas());
        let finding = Diagnostic::new(Code::MachineTypeFewReplicas, message)
            .help("set more replicas, or use another machine type");
        match at {
            Some(at) => reading.report(at, finding.related("the machine type is set here", reading.place(machine.at))),
            None => reading.report(machine.at, finding),
        }
    }
    if max == 1 {
        let message = "there is at most one replica, and nothing serves while it fails";
        let finding = Diagnostic::new(Code::ReplicasSingle, message).help("set more replicas, e.g. `2-3`");
        match at {
            Some(at) => reading.report(at, finding),
            None => reading.report_on_all(finding),
        }
    }
    found
}

fn range<'a>(reading: &mut Reading<'a>) -> Option<Found<'a, Replicas>> {
    let text = reading.text(Key::Replicas)?;
    let range = numbers(text.value).filter(|(_, between, _)| is_range(between));
    let malformed =
        || Diagnostic::new(Code::ReplicasMalformed, format!("`{}` is not a number or range of replicas", text.value));
    match range {
        Some((min, "-", max)) if 0 < min && min <= max => return Some(text.with(Replicas { min, max })),
        None => reading.report(text.at, malformed().help("write a number, e.g. `2`, or a range, e.g. `1-3`")),
        Some((0, ..) | (.., 0)) => {
            let finding = Diagnostic::new(Code::ReplicasZero, "an endpoint needs at least one replica");
            reading.report(text.at, finding.help("write a range, e.g. `1-3`"));
        }
        Some((min, _, max)) => {
            let finding = match min <= max {
                true => malformed(),
                false => {
                    Diagnostic::new(Code::ReplicasReversed, format!("the maximum {max} is less than the minimum {min}"))
                }
            };
            reading.report_replacement(text.at, finding, &format!("{}-{}", min.min(max), min.max(max)));
        }
    }
    None
}

/// The first and last number of a text, and the text between them. A single number is both.
fn numbers(text: &str) -> Option<(u32, &str, u32)> {
    let other = |c: char| !c.is_ascii_digit();
    let (min, max) = (text.split(other).next()?, text.rsplit(other).next()?);
    let between = text.get(min.len()..text.len() - max.len()).map_or("-", str::trim);
    Some((min.parse().ok()?, between, max.parse().ok()?))
}

/// Whether the text between two numbers makes them a range.
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
