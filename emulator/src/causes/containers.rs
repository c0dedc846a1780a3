//! Model servers that die or never become ready: the cause is in the container's lines only.

use super::{Cause, Strikes};

/// What the operation says of a container that died, whatever the cause.
const DIED: &[&str] = &[
    "Model server exited unexpectedly. Model server logs can be found at {logs}",
    "Model server terminated: model server container terminated: exit_code: 1 reason: \"Error\" started_at: {now} finished_at: {now}.",
];
const NEVER_READY: &str = "Model server never became ready. Please validate that your model file or container configuration are valid. Model server logs can be found at {logs}";
/// Where users report both texts.
const SEEN: &str = "https://github.com/googleapis/python-aiplatform/issues/4559, https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/2254";

const DEAD: Cause = Cause { texts: DIED, source: SEEN, ..Cause::DEFAULT };

pub const CAUSES: &[Cause] = &[
    Cause {
        name: "server-exited",
        texts: &[DIED[0]],
        lines: &[&["Traceback (most recent call last):", "RuntimeError: the server cannot start"]],
        ..DEAD
    },
    Cause {
        name: "server-exited-machine-spec",
        texts: &["Model server exited unexpectedly. Please use recommended machine spec."],
        lines: &[&["vllm serve: error: unrecognized arguments: --swap-space=16"]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "server-terminated",
        texts: &[DIED[1]],
        lines: &[&["Traceback (most recent call last):", "ValueError: invalid configuration of the server"]],
        ..DEAD
    },
    Cause {
        name: "probe",
        texts: &[
            NEVER_READY,
            "Error: model server never became ready. Please validate that your model file or container configuration are valid.",
        ],
        lines: &[&[
            "INFO:     Uvicorn running on http://0.0.0.0:{listens} (Press CTRL+C to quit)",
            "INFO:     10.0.0.2:41522 - \"GET {route} HTTP/1.1\" 404 Not Found",
        ]],
        source: "https://cloud.google.com/vertex-ai/docs/predictions/get-batch-predictions",
        ..DEAD
    },
    Cause {
        name: "wrong-port",
        texts: &[NEVER_READY],
        lines: &[&["INFO:     Uvicorn running on http://0.0.0.0:{listens} (Press CTRL+C to quit)"]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "deployment-timeout",
        code: "DEADLINE_EXCEEDED",
        texts: &[
            "Timeout. Model server logs can be found at {logs}",
            "The deployment of the model did not finish within its deployment timeout.",
        ],
        lines: &[&["Loading safetensors checkpoint shards:  40% Completed | 2/5 [24:10<36:15, 725.00s/it]"]],
        source: "https://github.com/GoogleCloudPlatform/vertex-ai-samples/issues/2103 (the second wording is unverified)",
        ..DEAD
    },
    Cause {
        name: "bad-args",
        lines: &[
            &[
                "usage: api_server.py [-h] [--host HOST] [--port PORT]",
                "api_server.py: error: unrecognized arguments: {argument}",
            ],
            &["usage: vllm serve [model_tag] [options]", "vllm serve: error: unrecognized arguments: {argument}"],
        ],
        ..DEAD
    },
    Cause {
        name: "oom",
        lines: &[
            &[
                "Traceback (most recent call last):",
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 448.00 MiB. GPU 0 has a total capacity of 22.03 GiB of which 291.12 MiB is free.",
            ],
            &[
                "RuntimeError: CUDA error: out of memory",
                "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 14.58 GiB total capacity)",
            ],
        ],
        ..DEAD
    },
    Cause {
        name: "host-oom",
        texts: &[
            "Model server terminated: model server container terminated: exit_code: 137 reason: \"OOMKilled\" started_at: {now} finished_at: {now}.",
            DIED[0],
        ],
        lines: &[&["Loading the model into memory"], &["Killed"]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "kv-cache",
        lines: &[
            &[
                "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be stored in KV cache (52384). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
            ],
            &[
                "ValueError: To serve at least one request with the models's max seq len (131072), 16.00 GiB KV cache is needed, which is larger than the available KV cache memory (6.41 GiB).",
            ],
        ],
        source: "",
        ..DEAD
    },
    Cause {
        name: "swap-space",
        lines: &[&[
            "ValueError: Too large swap space. 32.00 GiB out of the 29.38 GiB total CPU memory is allocated for the swap space.",
        ]],
        ..DEAD
    },
    Cause {
        name: "model-architecture",
        lines: &[
            &["KeyError: 'gemma3'"],
            &[
                "ValueError: The checkpoint you are trying to load has model type `gemma3` but Transformers does not recognize this architecture.",
            ],
        ],
        ..DEAD
    },
    Cause {
        name: "gated-model",
        lines: &[
            &[
                "huggingface_hub.errors.GatedRepoError: 401 Client Error.",
                "Cannot access gated repo for url https://huggingface.co/google/gemma-3-27b-it/resolve/main/config.json.",
            ],
            &[
                "OSError: You are trying to access a gated repo. Make sure to have access to it at https://huggingface.co/google/gemma-3-27b-it. 401 Client Error.",
            ],
        ],
        ..DEAD
    },
    Cause {
        name: "module-not-found",
        lines: &[
            &["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'xgboost'"],
            &[
                "_pickle.UnpicklingError: invalid load key, '\\x0a'.",
                "sklearn: the model was saved with another version",
            ],
        ],
        ..DEAD
    },
    Cause {
        name: "wrong-arch",
        lines: &[
            &["exec /usr/local/bin/serve: exec format error"],
            &["standard_init_linux.go:228: exec user process caused: exec format error"],
        ],
        source: "",
        ..DEAD
    },
    Cause {
        name: "shared-memory",
        lines: &[
            &[
                "RuntimeError: DataLoader worker (pid 214) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.",
            ],
            &[
                "torch.distributed.DistBackendError: NCCL error: unhandled system error",
                "Error while creating shared memory segment /dev/shm/nccl-5pZ1yK (size 33030528): No space left on device",
            ],
        ],
        source: "",
        ..DEAD
    },
    Cause {
        name: "tensor-parallel",
        lines: &[&["ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8)."]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "bfloat16",
        lines: &[&[
            "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead by explicitly setting the `dtype` flag in CLI, for example: --dtype=half.",
        ]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "port-in-use",
        lines: &[&[
            "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8080): address already in use",
        ]],
        source: "",
        ..DEAD
    },
    Cause {
        name: "artifact-missing-in-container",
        strikes: Strikes::Stage("STARTING_MODEL_SERVER"),
        lines: &[&["FileNotFoundError: [Errno 2] No such file or directory: '/mnt/models/model.pkl'"]],
        source: "",
        ..DEAD
    },
];
