//! What model servers write to their output.
//!
//! As users report: `jsonPayload.message`, the deployed model and the replica in `labels`, the endpoint in the resource's labels. Lines of
//! the standard error have the severity ERROR, whatever they tell. Unverified: all of it, and that lines arrive at once.

use crate::causes::names::Names;
use crate::state::world::World;
use serde_json::{Value, json};

/// A deployed model, and where it is.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Stored name of the endpoint.
    pub endpoint: String,
    pub deployed_id: String,
    pub replicas: i64,
    pub is_silent: bool,
    /// The route of health probes.
    pub route: String,
}

impl Server {
    /// `deployed` is a `DeployedModel` with its id.
    pub fn of(world: &World, endpoint: &str, deployed: &Value) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            deployed_id: deployed["id"].as_str().unwrap_or_default().to_owned(),
            replicas: deployed["dedicatedResources"]["minReplicaCount"].as_i64().unwrap_or(1).max(1),
            is_silent: deployed["disableContainerLogging"] == true,
            route: Names::of_deployment(world, endpoint, deployed).fill("{route}"),
        }
    }

    /// Writes a line of one replica.
    fn write(&self, world: &mut World, replica: i64, severity: &str, line: &str) {
        let ["projects", project, "locations", location, _, endpoint] =
            self.endpoint.split('/').collect::<Vec<_>>()[..]
        else {
            return;
        };
        if self.is_silent {
            return;
        }
        let container = world.shown(&format!("projects/{project}"));
        let entry = json!({
            "severity": severity,
            "resource": {
                "type": "aiplatform.googleapis.com/Endpoint",
                "labels": {"endpoint_id": endpoint, "location": location, "resource_container": container},
            },
            "labels": {
                "deployed_model_id": self.deployed_id,
                "replica_id": format!("predictor-resource-pool-{}-{replica}", self.deployed_id),
            },
            "jsonPayload": {"message": line},
        });
        world.logs.write(project, "aiplatform.googleapis.com%2Fprediction_container", entry);
    }

    /// Writes lines of the first replica to its standard error.
    pub fn fail(&self, world: &mut World, lines: &[String]) {
        lines.iter().for_each(|line| self.write(world, 0, "ERROR", line));
    }

    /// Writes how each replica's server starts.
    pub fn start(&self, world: &mut World) {
        for replica in 0..self.replicas {
            self.write(world, replica, "INFO", "Starting the model server");
        }
    }

    /// Writes how each replica answers its first probe.
    pub fn become_ready(&self, world: &mut World) {
        for replica in 0..self.replicas {
            self.write(world, replica, "ERROR", "INFO:     Application startup complete.");
            self.write(world, replica, "INFO", &format!("\"GET {} HTTP/1.1\" 200 OK", self.route));
        }
    }
}
