//! Lines of the log of a server that uses accelerators.

use super::source::VLLM;
use crate::diagnose::entry::{Case, Certainty, Entry, Place, Row};

pub const ENTRIES: [Entry; 14] = [
    Entry {
        row: Row {
            name: "container/arguments",
            places: &[Place::Log],
            texts: &["unrecognized arguments: *", "error: unrecognized argument *", "unexpected argument '*' found"],
            cause: "the server's version does not know the argument {0}",
            fix: "remove the argument, or choose an image whose version has it: published configurations become stale",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case("", "", "api_server.py: error: unrecognized arguments: --swap-space 16"),
            Case("", "", "error: unexpected argument '--max-model-len' found"),
        ],
        misses: [
            Case("", "", "usage: api_server.py [-h] [--host HOST]"),
            Case("", "", "error: the following arguments are required: --model"),
        ],
    },
    Entry {
        row: Row {
            name: "container/gpu-memory",
            places: &[Place::Log],
            texts: &[
                "CUDA out of memory",
                "OutOfMemoryError: CUDA",
                "HIP out of memory",
                "No available memory for the cache blocks",
            ],
            cause: "the model does not fit into the accelerator's memory",
            fix: "choose a larger accelerator or more of them with tensor parallelism, a quantised model, or a shorter context (`--max-model-len`)",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.96 GiB. GPU 0 has a total capacity of 22.03 GiB of which 1.13 GiB is free.",
            ),
            Case(
                "",
                "",
                "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.",
            ),
        ],
        misses: [Case("", "", "CUDA version 12.4, memory 22.03 GiB"), Case("", "", "OutOfMemory: container killed")],
    },
    Entry {
        row: Row {
            name: "container/context-length",
            places: &[Place::Log],
            texts: &["max seq len (*) is larger than the maximum number of tokens that can be stored in KV cache (*)"],
            cause: "the context of {0} tokens needs more memory than the accelerator has left: {1} tokens fit",
            fix: "start the server with `--max-model-len={1}`, or choose a larger accelerator",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: The model's max seq len (131072) is larger than the maximum number of tokens that can be stored in KV cache (27600).",
            ),
            Case(
                "",
                "",
                "The model's max seq len (8192) is larger than the maximum number of tokens that can be stored in KV cache (4096). Try increasing",
            ),
        ],
        misses: [Case("", "", "max seq len 8192"), Case("", "", "The maximum number of tokens is 4096.")],
    },
    Entry {
        row: Row {
            name: "container/cache-memory",
            places: &[Place::Log],
            texts: &["max seq len (*), * KV cache is needed, which is larger than the available KV cache memory (*)"],
            cause: "a request of {0} tokens needs {1} for its cache, and the accelerator has {2} left",
            fix: "start the server with a smaller `--max-model-len`, or choose a larger accelerator",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: To serve at least one request with the models's max seq len (131072), 16.00 GiB KV cache is needed, which is larger than the available KV cache memory (6.41 GiB).",
            ),
            Case(
                "",
                "",
                "To serve at least one request with the models's max seq len (8192), (1.00 GiB KV cache is needed, which is larger than the available KV cache memory (0.41 GiB).",
            ),
        ],
        misses: [Case("", "", "GPU KV cache size: 27,600 tokens"), Case("", "", "Available KV cache memory: 6.41 GiB")],
    },
    Entry {
        row: Row {
            name: "container/tensor-parallel",
            places: &[Place::Log],
            texts: &["attention heads (*) must be divisible by tensor parallel size (*)"],
            cause: "the model has {0} attention heads, which cannot be split over {1} accelerators",
            fix: "choose a number of accelerators that divides the heads, and the same `--tensor-parallel-size`",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: Total number of attention heads (40) must be divisible by tensor parallel size (3).",
            ),
            Case("", "", "Total number of attention heads (14) must be divisible by tensor parallel size (4)."),
        ],
        misses: [Case("", "", "tensor parallel size is 4"), Case("", "", "heads (14) of the model")],
    },
    Entry {
        row: Row {
            name: "container/bfloat16",
            places: &[Place::Log],
            texts: &["Bfloat16 is only supported on GPUs with compute capability of at least 8.0"],
            cause: "the accelerator cannot compute with bfloat16, e.g. T4, P4, P100, V100",
            fix: "start the server with `--dtype=half`, or choose an L4 or newer",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5.",
            ),
            Case("", "", "Bfloat16 is only supported on GPUs with compute capability of at least 8.0"),
        ],
        misses: [
            Case("", "", "Casting torch.bfloat16 to torch.float16."),
            Case("", "", "GPU has compute capability 8.9"),
        ],
    },
    Entry {
        row: Row {
            name: "container/no-accelerator",
            places: &[Place::Log],
            texts: &[
                "No CUDA GPUs are available",
                "Found no NVIDIA driver on your system",
                "Failed to infer device type",
                "libcuda.so.1: cannot open shared object file",
            ],
            cause: "the container sees no accelerator",
            fix: "add `google.com/vertex-ai-accelerator`, or choose an image for CPUs",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case("", "", "RuntimeError: No CUDA GPUs are available"),
            Case("", "", "RuntimeError: Failed to infer device type"),
        ],
        misses: [Case("", "", "CUDA out of memory."), Case("", "", "4 CUDA GPUs are available")],
    },
    Entry {
        row: Row {
            name: "container/driver",
            places: &[Place::Log],
            texts: &[
                "The NVIDIA driver on your system is too old",
                "CUDA driver version is insufficient for CUDA runtime version",
            ],
            cause: "the image needs a newer NVIDIA driver than Vertex AI's machines have",
            fix: "choose an image built for an older CUDA version, or a newer accelerator",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: VLLM,
        matches: [
            Case("", "", "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."),
            Case("", "", "Error 35: CUDA driver version is insufficient for CUDA runtime version"),
        ],
        misses: [Case("", "", "NVIDIA driver 535.183"), Case("", "", "The CUDA version is too old for this feature.")],
    },
    Entry {
        row: Row {
            name: "container/swap-space",
            places: &[Place::Log],
            texts: &["Too large swap space", "Aborted due to the lack of CPU swap space"],
            cause: "the swap space of the server is larger than the machine's memory",
            fix: "lower or remove `--swap-space`, or choose a machine type with more memory",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: Too large swap space. 32.00 GiB out of the 29.38 GiB total CPU memory is allocated for the swap space.",
            ),
            Case(
                "",
                "",
                "RuntimeError: Aborted due to the lack of CPU swap space. Please increase the swap space to avoid this error.",
            ),
        ],
        misses: [
            Case("", "", "swap space: 4 GiB"),
            Case(
                "",
                "",
                "Possibly too large swap space. 4.00 GiB out of the 7.63 GiB total CPU memory is allocated for the swap space.",
            ),
        ],
    },
    Entry {
        row: Row {
            name: "container/architecture",
            places: &[Place::Log],
            texts: &[
                "does not recognize this architecture",
                "Transformers does not recognize",
                "Model architectures * are not supported for now",
                "Cannot find model module",
            ],
            cause: "the image's libraries are older than the model's architecture",
            fix: "choose a newer image of the server",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [
            Case(
                "",
                "",
                "ValueError: The checkpoint you are trying to load has model type `gemma3` but Transformers does not recognize this architecture.",
            ),
            Case(
                "",
                "",
                "ValueError: Model architectures ['Gemma3ForConditionalGeneration'] are not supported for now.",
            ),
        ],
        misses: [Case("", "", "Model architecture: gemma3"), Case("", "", "Transformers 4.49.0")],
    },
    Entry {
        row: Row {
            name: "container/gated-model",
            places: &[Place::Log],
            texts: &[
                "Cannot access gated repo",
                "401 Client Error: Unauthorized for url: https://huggingface.co/*",
                "GatedRepoError",
                "access a gated repo",
                "is not a local folder and is not a valid model identifier",
            ],
            cause: "the model is gated at Hugging Face, and the container has no token that may read it",
            fix: "accept the licence with the account of the token, and let the container read the token from Secret Manager",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: "[Hugging Face Hub](https://github.com/huggingface/huggingface_hub), its errors; read from reports",
        matches: [
            Case(
                "",
                "",
                "OSError: You are trying to access a gated repo. Cannot access gated repo for url https://huggingface.co/meta-llama/Llama-3.1-8B/resolve/main/config.json.",
            ),
            Case(
                "",
                "",
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://huggingface.co/google/gemma-3-4b-it/resolve/main/config.json",
            ),
        ],
        misses: [
            Case("", "", "404 Client Error: Not Found for url: https://huggingface.co/google/gemma"),
            Case("", "", "Downloading from https://huggingface.co"),
        ],
    },
    Entry {
        row: Row {
            name: "container/shared-memory",
            places: &[Place::Log],
            texts: &[
                "No space left on device: '/dev/shm",
                "shared memory segment /dev/shm*No space left on device",
                "unable to open shared memory object",
                "It is possible that dataloader's workers are out of shared memory",
                "insufficient shared memory (shm)",
            ],
            cause: "the processes of the server need more shared memory than the container has",
            fix: "increase the shared memory of the container",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: "[PyTorch](https://docs.pytorch.org/docs/stable/multiprocessing.html); unverified for Vertex AI",
        matches: [
            Case("", "", "OSError: [Errno 28] No space left on device: '/dev/shm/psm_1a2b'"),
            Case("", "", "RuntimeError: unable to open shared memory object </torch_1_2_0> in read-write mode"),
        ],
        misses: [
            Case("", "", "OSError: [Errno 28] No space left on device: '/tmp/x'"),
            Case("", "", "shared weights in memory"),
        ],
    },
    Entry {
        row: Row {
            name: "container/multi-gpu",
            places: &[Place::Log],
            texts: &["NCCL error", "ncclSystemError", "ncclUnhandledCudaError"],
            cause: "the processes on the accelerators cannot communicate, most often for lack of shared memory",
            fix: "increase the shared memory of the container; with one accelerator, remove `--tensor-parallel-size`",
            ..Row::NONE
        },
        certainty: Certainty::Unverified,
        source: "[PyTorch](https://docs.pytorch.org/docs/stable/distributed.html); unverified for Vertex AI",
        matches: [
            Case("", "", "RuntimeError: NCCL error: unhandled system error (run with NCCL_DEBUG=INFO for details)"),
            Case("", "", "torch.distributed.DistBackendError: ncclSystemError: System call failed"),
        ],
        misses: [Case("", "", "NCCL version 2.21.5"), Case("", "", "NCCL INFO Connected all rings")],
    },
    Entry {
        row: Row {
            name: "container/unknown-key",
            places: &[Place::Log],
            texts: &["KeyError: '*'"],
            cause: "the server does not know `{0}`: most often the image is older than the model's architecture",
            fix: "choose a newer image of the server",
            ..Row::NONE
        },
        certainty: Certainty::Reported,
        source: VLLM,
        matches: [Case("", "", "KeyError: 'gemma3'"), Case("", "", "KeyError: 'layers.0.mlp.gate_up_proj.weight'")],
        misses: [Case("", "", "the key 'gemma3' was found"), Case("", "", "KeyError")],
    },
];
