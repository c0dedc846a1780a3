//! Lines of the container's log that tell why it ended.

use super::source::UNVERIFIED;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Principal, Right, Row};
use crate::diagnostic::Who;

pub const ENTRIES: [Entry; 10] = [
    Entry {
        row: Row {
            name: "container/module-missing",
            places: &[Place::Log],
            texts: &["ModuleNotFoundError: No module named '*'", "ImportError: cannot import name '*'"],
            cause: "the image lacks the Python module {0}, or has another version of it",
            fix: "choose the image for the framework and version that made the model, or add the module to your image",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: "[Python](https://docs.python.org/3/library/exceptions.html#ModuleNotFoundError); read 2026-11-27",
        matches: [
            Case("", "", "ModuleNotFoundError: No module named 'xgboost'"),
            Case("", "", "ImportError: cannot import name 'soft_unicode' from 'markupsafe'"),
        ],
        misses: [Case("", "", "Imported xgboost 1.7"), Case("", "", "ModuleList: 32 layers")],
    },
    Entry {
        row: Row {
            name: "container/model-format",
            places: &[Place::Log],
            texts: &[
                "invalid load key",
                "UnpicklingError",
                "Can't get attribute",
                "incompatible version",
                "node array from the pickle has an incompatible dtype",
            ],
            cause: "the model file was written by another framework or version than the image has",
            fix: "choose the image for the framework and version that made the model, or save the model again",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[scikit-learn, Model persistence](https://scikit-learn.org/stable/model_persistence.html), and Python's `pickle`; read from reports",
        matches: [
            Case("", "", "_pickle.UnpicklingError: invalid load key, 'v'."),
            Case("", "", "ValueError: node array from the pickle has an incompatible dtype"),
        ],
        misses: [
            Case("", "", "Loading pickle model.pkl"),
            Case("", "", "Trying to unpickle estimator from version 1.3.0"),
        ],
    },
    Entry {
        row: Row {
            name: "container/platform",
            places: &[Place::Log],
            texts: &["exec format error"],
            cause: "the image was built for another processor, most often arm64",
            fix: "build the image for `linux/amd64`, e.g. with `docker buildx build --platform linux/amd64`",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case("", "", "exec /usr/bin/python3: exec format error"),
            Case("", "", "standard_init_linux.go:228: exec user process caused: exec format error"),
        ],
        misses: [Case("", "", "exec /usr/bin/python3"), Case("", "", "error: format of the model")],
    },
    Entry {
        row: Row {
            name: "container/entrypoint",
            places: &[Place::Log],
            texts: &[
                "executable file not found in $PATH",
                "exec: \"*\": stat *: no such file or directory",
                "exec: \"*\": permission denied",
            ],
            cause: "the command of the container does not exist in the image, or cannot be executed",
            fix: "correct the command or the entrypoint of the image",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case("", "", "exec: \"vllm\": executable file not found in $PATH: unknown"),
            Case("", "", "OCI runtime create failed: exec: \"/start.sh\": permission denied: unknown"),
        ],
        misses: [Case("", "", "executing vllm serve"), Case("", "", "the file start.sh was found")],
    },
    Entry {
        row: Row {
            name: "container/disk",
            places: &[Place::Log],
            texts: &["No space left on device"],
            cause: "the container's disk is full: image and model need more than it has",
            fix: "use a smaller model or image, or stream the weights from Cloud Storage",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case("", "", "OSError: [Errno 28] No space left on device: '/root/.cache/huggingface'"),
            Case("", "", "write error: No space left on device"),
        ],
        misses: [Case("", "", "space left on device: 12 GiB"), Case("", "", "Device 0 has no space limit")],
    },
    Entry {
        row: Row {
            name: "container/memory",
            places: &[Place::Log],
            texts: &[
                "Out of memory: Killed process",
                "OOMKilled",
                "Perhaps out of memory?",
                "Cannot allocate memory",
                "exit code: 137",
                "=Killed",
            ],
            cause: "the container needed more memory than the machine has",
            fix: "choose a machine type with more memory, fewer workers, or a smaller model",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[Gunicorn](https://github.com/benoitc/gunicorn) and the Linux kernel, read from reports",
        matches: [
            Case("", "", "[ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?"),
            Case("", "", "Memory cgroup out of memory: Out of memory: Killed process 431 (python3)"),
        ],
        misses: [Case("", "", "CUDA out of memory."), Case("", "", "Memory: 16 GiB")],
    },
    Entry {
        row: Row {
            name: "container/port",
            places: &[Place::Log],
            texts: &["address already in use", "Address already in use"],
            cause: "two processes of the container listen on one port",
            fix: "let only the server listen on the port of `google.com/vertex-ai-port`, and the others elsewhere",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case(
                "",
                "",
                "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
            ),
            Case("", "", "bind: Address already in use"),
        ],
        misses: [Case("", "", "Uvicorn running on http://0.0.0.0:8080"), Case("", "", "address in use by nobody")],
    },
    Entry {
        row: Row {
            name: "container/storage-denied",
            places: &[Place::Log],
            texts: &["does not have storage.objects.* access to the Google Cloud Storage"],
            cause: "the serving account may not read the model's files: `storage.objects.{0}`",
            fix: "grant `roles/storage.objectViewer` on the bucket to the account of `google.com/vertex-ai-service-account`",
            who: Who::Platform,
            right: Some(Right {
                permission: "storage.objects.{0}",
                resource: "{artifact}",
                principal: Principal::Named("{account}"),
            }),
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[Cloud Storage for Python](https://github.com/googleapis/python-storage), its errors; read from reports",
        matches: [
            Case(
                "",
                "",
                "google.api_core.exceptions.Forbidden: 403 GET …: fraud@acme-ml.iam.gserviceaccount.com does not have storage.objects.list access to the Google Cloud Storage bucket.",
            ),
            Case(
                "",
                "",
                "custom-online-prediction@x.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object.",
            ),
        ],
        misses: [Case("", "", "Reading gs://acme-models/churn"), Case("", "", "storage.objects.get is needed")],
    },
    Entry {
        row: Row {
            name: "container/file-missing",
            places: &[Place::Log],
            texts: &["No such file or directory: '*'"],
            cause: "the container looks for the file {0}, which it does not have",
            fix: "point `google.com/vertex-ai-artifact-uri` to the directory of the file, or correct the path in the image",
            ..Row::NONE
        },
        certainty: Certainty::Documented,
        source: "[Python](https://docs.python.org/3/library/exceptions.html#FileNotFoundError); read 2026-11-27",
        matches: [
            Case("", "", "FileNotFoundError: [Errno 2] No such file or directory: '/app/model.joblib'"),
            Case("", "", "OSError: No such file or directory: 'gs://acme-models/churn/model.bst'"),
        ],
        misses: [
            Case("", "", "exec: \"/start.sh\": stat /start.sh: no such file or directory: unknown"),
            Case("", "", "The file was found in the directory"),
        ],
    },
    Entry {
        row: Row {
            name: "container/network",
            places: &[Place::Log],
            texts: &["Name or service not known", "Temporary failure in name resolution", "We couldn't connect to '*'"],
            cause: "the container cannot reach a host that it needs while it starts",
            fix: "let the endpoint's network reach the host, or put the files into Cloud Storage",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: UNVERIFIED,
        matches: [
            Case("", "", "OSError: We couldn't connect to 'https://huggingface.co' to load the files"),
            Case("", "", "socket.gaierror: [Errno -2] Name or service not known"),
        ],
        misses: [
            Case("", "", "connected to https://huggingface.co"),
            Case("", "", "401 Client Error: Unauthorized for url: https://huggingface.co/x"),
        ],
    },
];
