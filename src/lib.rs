//! The core of Backstage Vertex AI.
