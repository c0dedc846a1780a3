//! Predictions: plain, raw, streamed, chat completions and other routes of a container, at the shared and at dedicated names.
//!
//! The container echoes what it receives. Source of the dedicated names: `aiplatform.v1` `Endpoint.dedicatedEndpointDns`; of the headers:
//! Google's Python client 2.7.0. Unverified: how a container's stream is cut into events, and the answers to a name of another endpoint
//! and for a private endpoint.

use super::{endpoint, location};
use crate::call::Call;
use crate::error::ApiError;
use crate::message;
use crate::reply::{Raw, Reply};
use crate::state::location::DEDICATED;
use serde_json::{Value, json};

/// What a path asks a model for.
enum Ask<'a> {
    Predict,
    Raw,
    Stream,
    Chat,
    /// A route of the container, of the deployed model with this id if it is named.
    Invoke(Option<&'a str>),
}

/// Returns the endpoint's name and the kind of the prediction.
fn parse(path: &str) -> Option<(String, Ask<'_>)> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let [_, "projects", project, "locations", location, "endpoints", rest @ ..] = parts.as_slice() else { return None };
    let (id, ask) = match rest {
        [last] => match last.split_once(':')? {
            (id, "predict") => (id, Ask::Predict),
            (id, "rawPredict") => (id, Ask::Raw),
            (id, "streamRawPredict") => (id, Ask::Stream),
            _ => return None,
        },
        [id, "chat", "completions"] => (*id, Ask::Chat),
        [id, "invoke", _, ..] => (*id, Ask::Invoke(None)),
        [id, "deployedModels", model, "invoke", _, ..] => (*id, Ask::Invoke(Some(*model))),
        _ => return None,
    };
    Some((format!("projects/{project}/locations/{location}/endpoints/{id}"), ask))
}

/// Serves a prediction; `None` for another method, which a dedicated name does not serve.
pub fn route(call: &Call<'_>, verb: &str, path: &str, content_type: &str) -> Result<Option<Reply>, ApiError> {
    let asked = parse(path).filter(|_| verb == "POST" && ["v1", "v1beta1"].contains(&call.version));
    let Some((name, ask)) = asked else {
        return if call.host.ends_with(DEDICATED) { Err(ApiError::no_such_path(path)) } else { Ok(None) };
    };
    call.allow(&[])?;
    let request = match ask {
        Ask::Predict => message::read(call.body, message::PREDICT)?,
        _ => Value::Null,
    };
    location::check(call, name.split('/').nth(3).unwrap_or_default(), "endpoint")?;
    let name = call.cloud.world().stored(&name).unwrap_or(name);
    call.require("aiplatform.endpoints.predict", &name)?;
    let named = match ask {
        Ask::Invoke(named) => named,
        _ => None,
    };
    if matches!(ask, Ask::Predict) && request["instances"].as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::invalid("instances must not be empty."));
    }
    let model = choose(call, &name, named)?;
    let sent = serde_json::from_slice::<Value>(call.body).ok();
    Ok(Some(match (ask, sent) {
        (Ask::Predict, _) => Reply::Json(json!({
            "predictions": echoes(&request),
            "deployedModelId": model["id"],
            "model": model["model"],
            "modelVersionId": model["modelVersionId"],
            "modelDisplayName": model["displayName"],
        })),
        (Ask::Chat, sent) => chat(&sent.unwrap_or_default(), &model),
        (Ask::Stream, sent) => {
            let text = sent.unwrap_or_default();
            let events = (0..3).map(|index| json!({"index": index, "echo": text})).collect();
            stream(events, &model)
        }
        (Ask::Raw | Ask::Invoke(_), Some(sent)) => {
            let answer = json!({"predictions": echoes(&sent), "echo": sent});
            raw("application/json".to_owned(), vec![answer.to_string().into_bytes()], &model)
        }
        (Ask::Raw | Ask::Invoke(_), None) => raw(content_type.to_owned(), vec![call.body.to_vec()], &model),
    }))
}

fn echoes(request: &Value) -> Vec<Value> {
    request["instances"].as_array().into_iter().flatten().map(|instance| json!({ "echo": instance })).collect()
}

/// Returns the deployed model that serves: the named one, or the one whose turn it is.
fn choose(call: &Call<'_>, name: &str, named: Option<&str>) -> Result<Value, ApiError> {
    let mut world = call.cloud.world();
    let shown = world.shown(name);
    let state = world.endpoints.get_mut(name).ok_or_else(|| ApiError::not_found(name))?;
    let own = state.body["dedicatedEndpointDns"].as_str();
    match own {
        _ if call.host.ends_with(DEDICATED) && own != Some(call.host) => return Err(ApiError::not_found(name)),
        // Unverified: the text, which is known from public reports only.
        Some(own) if own != call.host => {
            return Err(ApiError::precondition(format!(
                "Dedicated Endpoint cannot be accessed through the shared Vertex AI domain aiplatform.googleapis.com. Please access the endpoint using its dedicated domain name '{own}'"
            )));
        }
        _ if endpoint::is_private(&state.body) => {
            return Err(ApiError::precondition(format!("Endpoint {shown} is private and serves its network only.")));
        }
        _ => {}
    }
    let split = state.body["trafficSplit"].as_object().filter(|split| !split.is_empty()).cloned();
    let chosen = match (named, split) {
        (Some(named), _) => Some(named.to_owned()),
        (None, None) => return Err(ApiError::precondition(format!("Endpoint {shown} doesn't have traffic_split."))),
        (None, Some(split)) => {
            // Of every hundred predictions each model receives its share exactly.
            let mut turn = (state.next_prediction() % 100) as i64;
            split.into_iter().find_map(|(id, share)| {
                turn -= share.as_i64().unwrap_or(0);
                (turn < 0).then_some(id)
            })
        }
    };
    let mut models = state.body["deployedModels"].as_array().into_iter().flatten();
    let found = models.find(|model| chosen.as_deref() == model["id"].as_str()).cloned();
    let id = chosen.unwrap_or_default();
    let model = found.ok_or_else(|| ApiError::not_found(&format!("{name}/deployedModels/{id}")))?;
    if world.fails_prediction(name, &id) {
        // Unverified: what Google answers when a container fails.
        return Err(ApiError::new("INTERNAL", "The model server failed to answer."));
    }
    Ok(model)
}

/// An answer of the container, with Google's headers about who served.
fn raw(content_type: String, chunks: Vec<Vec<u8>>, model: &Value) -> Reply {
    let header = |name: &'static str, field: &str| (name, model[field].as_str().unwrap_or_default().to_owned());
    let headers = vec![
        header("x-vertex-ai-deployed-model-id", "id"),
        header("x-vertex-ai-model", "model"),
        header("x-vertex-ai-model-version-id", "modelVersionId"),
    ];
    Reply::Raw(Raw { content_type, headers, chunks })
}

/// Server-sent events, each a chunk of its own.
fn stream(events: Vec<Value>, model: &Value) -> Reply {
    let chunk = |data: String| format!("data: {data}\n\n").into_bytes();
    let done = std::iter::once(chunk("[DONE]".to_owned()));
    let chunks = events.into_iter().map(|event| chunk(event.to_string())).chain(done).collect();
    raw("text/event-stream".to_owned(), chunks, model)
}

/// Answers as an OpenAI-compatible container does: with the last message.
fn chat(sent: &Value, model: &Value) -> Reply {
    let last = sent["messages"].as_array().and_then(|messages| messages.last()?["content"].as_str());
    let text = last.unwrap_or_default();
    let id = format!("chatcmpl-{}", model["id"].as_str().unwrap_or_default());
    let named = sent["model"].as_str().unwrap_or_default();
    let answer = |kind: &str, field: &str, said: Value, end: Value| {
        json!({
            "id": id, "object": kind, "created": chrono::Utc::now().timestamp(), "model": named,
            "choices": [{"index": 0, field: said, "finish_reason": end}],
        })
    };
    if sent["stream"] == true {
        let words = text.split_inclusive(' ').map(|word| {
            answer("chat.completion.chunk", "delta", json!({"role": "assistant", "content": word}), Value::Null)
        });
        let end = answer("chat.completion.chunk", "delta", json!({}), json!("stop"));
        return stream(words.chain(std::iter::once(end)).collect(), model);
    }
    let mut whole = answer("chat.completion", "message", json!({"role": "assistant", "content": text}), json!("stop"));
    let words = text.split_whitespace().count();
    whole["usage"] = json!({"prompt_tokens": words, "completion_tokens": words, "total_tokens": 2 * words});
    raw("application/json".to_owned(), vec![whole.to_string().into_bytes()], model)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tells_what_is_asked() {
        let start = "/v1/projects/p/locations/l/endpoints/e";
        for (end, is) in [
            (":predict", true),
            (":streamRawPredict", true),
            ("/chat/completions", true),
            ("/invoke/v1/tokenize", true),
            ("/deployedModels/1/invoke/health", true),
            (":deployModel", false),
            ("", false),
            ("/invoke", false),
            ("/operations/1:cancel", false),
        ] {
            assert_eq!(super::parse(&format!("{start}{end}")).is_some(), is, "{end}");
        }
    }
}
