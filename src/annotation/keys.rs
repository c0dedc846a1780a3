//! The table of annotation keys.

mod rows;
mod settings;

use crate::diagnostic::Code;
use crate::vertex::setting::{Field, Form, Message};

/// The prefix of every annotation that this product reads.
pub const PREFIX: &str = "google.com/vertex-ai-";

/// An annotation that this product reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Project,
    Location,
    Endpoint,
    Model,
    ServiceAccount,
    MachineType,
    Accelerator,
    Replicas,
    Image,
    ArtifactUri,
    KmsKey,
    DisplayName,
    Labels,
    Traffic,
    Env,
    Port,
    PredictRoute,
    HealthRoute,
    HealthProbe,
    StartupProbe,
    DeploymentTimeout,
    LivenessProbe,
    Command,
    Args,
    SharedMemory,
    GrpcPort,
    InvokeRoutePrefix,
    VersionDescription,
    VersionAliases,
    EndpointType,
    InferenceTimeout,
    Network,
    ConsumerProjects,
    RequestLogging,
    Description,
    ResourcePool,
    AutomaticResources,
    DeploymentName,
    AccessLogging,
    ContainerLogging,
    Explanation,
    Checkpoint,
    FastTryout,
    SpeculativeDecoding,
    RequiredReplicas,
    Autoscale,
    Spot,
    Reservation,
    GpuPartition,
    TpuTopology,
    ScaleToZero,
    FlexStart,
    Waive,
}

/// The facts of one annotation.
struct Row {
    key: Key,
    /// The part after [`PREFIX`].
    name: &'static str,
    /// The label of its input in a form.
    title: &'static str,
    /// Whether every deployment needs it.
    required: bool,
    /// The code of a value in the wrong form.
    malformed: Code,
    /// A valid value.
    example: &'static str,
    /// One line for the reference and for forms.
    meaning: &'static str,
    /// The field that it sets, where it sets one and has no type of its own.
    field: Option<Field>,
}

impl Row {
    const DEFAULT: Self = Self {
        key: Key::Project,
        name: "",
        title: "",
        required: false,
        malformed: Code::SettingMalformed,
        example: "",
        meaning: "",
        field: None,
    };
}

const fn field(message: Message, path: &'static str, form: Form) -> Option<Field> {
    Some(Field { message, path, form, is_preview: false })
}

/// The row of a key.
const fn row(at: usize) -> &'static Row {
    if at < rows::ROWS.len() { &rows::ROWS[at] } else { &settings::ROWS[at - rows::ROWS.len()] }
}

/// The number of keys.
const COUNT: usize = rows::ROWS.len() + settings::ROWS.len();

/// All keys, in the order of the reference.
pub const KEYS: &[Key] = &keys();

const fn keys() -> [Key; COUNT] {
    let mut keys = [Key::Project; COUNT];
    let mut at = 0;
    while at < COUNT {
        keys[at] = row(at).key;
        assert!(keys[at] as usize == at, "a row is not at its key's place");
        at += 1;
    }
    keys
}

/// What a check needs of a row.
struct Facts {
    name: &'static str,
    required: bool,
    malformed: Code,
    example: &'static str,
    field: Option<Field>,
}

static FACTS: [Facts; COUNT] = {
    let mut facts = [const { Facts::of(row(0)) }; COUNT];
    let mut at = 0;
    while at < COUNT {
        facts[at] = Facts::of(row(at));
        at += 1;
    }
    facts
};

impl Facts {
    const fn of(row: &Row) -> Self {
        let Row { name, required, malformed, example, field, .. } = *row;
        Self { name, required, malformed, example, field }
    }
}

/// Title and meaning of each row, apart from its facts: a form has them without the core (`docs/size.md`).
static TEXTS: [[&str; 2]; COUNT] = {
    let mut texts = [[""; 2]; COUNT];
    let mut at = 0;
    while at < COUNT {
        texts[at] = [row(at).title, row(at).meaning];
        at += 1;
    }
    texts
};

impl Key {
    /// Returns the key with this name.
    pub fn parse(name: &str) -> Option<Self> {
        KEYS.iter().copied().find(|key| key.name() == name)
    }

    fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// The part after [`PREFIX`].
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The label of its input in a form.
    pub fn title(self) -> &'static str {
        TEXTS[self as usize][0]
    }

    /// Whether every deployment needs it.
    pub fn is_required(self) -> bool {
        self.facts().required
    }

    /// The code of a value in the wrong form.
    pub fn malformed(self) -> Code {
        self.facts().malformed
    }

    /// A valid value.
    pub fn example(self) -> &'static str {
        self.facts().example
    }

    /// One line for the reference and for forms.
    pub fn meaning(self) -> &'static str {
        TEXTS[self as usize][1]
    }

    /// The field that it sets; absent for an annotation with a type of its own.
    pub fn field(self) -> Option<&'static Field> {
        self.facts().field.as_ref()
    }

    /// Whether the value may have several lines, the last of which YAML ends as well.
    pub fn has_lines(self) -> bool {
        matches!(self, Self::Env | Self::Waive | Self::Command | Self::Args)
    }
}
