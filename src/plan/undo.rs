//! What happens to a change when its run fails or is cancelled: the part that is undone, and the part that cannot be.

/// The undo of one kind of plan, in sentences.
#[derive(Debug, PartialEq, Eq)]
pub struct Undo {
    /// Name of the kind in requests.
    pub kind: &'static str,
    /// What the kind does.
    pub title: &'static str,
    pub undone: &'static [&'static str],
    pub stays: &'static [&'static str],
}

/// All kinds, in the order of the reference.
pub const UNDO: [Undo; 6] = [
    Undo {
        kind: "deploy",
        title: "Deploys a model version to the endpoint",
        undone: &[
            "The deployment is cancelled. If Google finishes it anyway, the deployed model is undeployed.",
            "The share of the traffic that it had received returns to the models from which it was taken.",
            "A number of replicas that it changed in place is restored, unless another user has changed it.",
            "An alias that it moved names its former version again, unless another user has moved it.",
            "An endpoint that the run created is deleted, unless other models use it by then.",
            "A model that the run uploaded is deleted, unless it has versions of others by then.",
        ],
        stays: &[
            "Requests that the new model has answered stay answered.",
            "Changes that others made to the endpoint meanwhile stay as they are.",
            "The scheduled removal of previous deployed models is a run of its own, of the kind `undeploy`. It does not begin.",
        ],
    },
    Undo {
        kind: "undeploy",
        title: "Removes one deployed model, or all of the entity's, and the endpoint on confirmation",
        undone: &["A deployed model whose removal has not begun receives its share of the traffic again."],
        stays: &[
            "A removal that has begun is finished. The run reports the deployed model as not undone.",
            "A deployed model that was removed is not deployed again. Deploy its version again.",
            "A deleted endpoint is not created again. A new one has no allow policy, labels or deployed models of the old one.",
        ],
    },
    Undo {
        kind: "traffic",
        title: "Changes the share of one deployed model",
        undone: &[
            "The previous traffic split is restored, unless another user has changed it.",
            "Otherwise the deployed model receives its former share, and the others keep their present proportions.",
        ],
        stays: &["Requests that were answered meanwhile stay answered."],
    },
    Undo {
        kind: "scale",
        title: "Changes the number of replicas of one deployed model, in place",
        undone: &["The previous number of replicas is restored, unless another user has changed it."],
        stays: &["Replicas that ran meanwhile are billed."],
    },
    Undo {
        kind: "rollback",
        title: "Returns to a former deployment: its annotations, the version that it reached, and all traffic",
        undone: &[
            "The traffic returns to the models that served before the rollback.",
            "A deployed model that the rollback had to deploy again is undeployed.",
        ],
        stays: &["Requests that were answered meanwhile stay answered."],
    },
    Undo {
        kind: "promote",
        title: "Deploys the version that another environment of the entity deployed last",
        undone: &["The same as with `deploy`."],
        stays: &["The same as with `deploy`. The other environment is not changed in any case."],
    },
];

/// The undo of a kind.
pub fn of(kind: &str) -> Option<&'static Undo> {
    UNDO.iter().find(|undo| undo.kind == kind)
}
