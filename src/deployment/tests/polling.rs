//! How often an operation is polled, and what is said meanwhile.

use super::google::{Fault, Google};
use super::scene::Scene;
use crate::deployment::{Identities, RunOutcome};

#[test]
fn polls_at_most_twelve_times_a_minute_and_sees_the_end_at_once() {
    let mut scene = Scene::new(Google::default());
    scene.run();
    let polls: Vec<u64> =
        scene.google.log.iter().filter(|(_, _, line)| line.contains(":wait")).map(|(at, ..)| *at).collect();
    assert!(polls.windows(13).all(|polls| polls[12] - polls[0] >= 60_000), "{polls:?}");
    let end = scene.google.now;
    let deployed = scene.google.log.iter().find(|(_, _, line)| line.contains("deployModel")).unwrap().0 + 60_000;
    assert!(end - deployed < 200, "{end} {deployed}");
}

#[test]
fn says_something_every_thirty_seconds() {
    let mut scene = Scene::new(Google::default());
    scene.outage = Some((":wait", Fault::Unavailable, 0, 3_000_000));
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
    let times: Vec<u64> = scene.said.iter().map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 30_000), "{times:?}");
}

#[test]
fn sees_the_end_within_a_second_where_up_to_fifty_deployments_run() {
    for running in [1, 10, 50] {
        for random in [0.0, 0.99] {
            for deployment in (600_000..606_000).step_by(250) {
                let mut scene = Scene::new(Google::default());
                scene.google.deployment = deployment;
                (scene.running, scene.random) = (running, random);
                scene.run();
                let polls = || scene.google.log.iter().filter(|(_, _, line)| line.contains(":wait"));
                let taken = scene.google.log.iter().find(|(_, _, line)| line.contains("deployModel")).unwrap().0;
                let lag = scene.said.last().unwrap().0.saturating_sub(taken + deployment);
                assert!(lag <= 1_000, "{running} {random} {deployment}: {lag} ms");
                assert!(polls().count() <= 12 * 10 + 4, "{running}: {}", polls().count());
            }
        }
    }
}

#[test]
fn polls_within_the_quota_that_all_running_deployments_share() {
    for (running, pace) in [(1, 5_000), (50, 5_556), (60, 6_667), (200, 22_223), (1_000, 111_112), (9_000, 120_000)] {
        let mut scene = Scene::new(Google::default());
        scene.google.deployment = 900_000;
        scene.running = running;
        assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
        let polls = times_between_polls(&scene);
        let least = *polls.iter().min().unwrap();
        assert!((pace..=pace + 100).contains(&least), "{running}: {polls:?}");
        let shown =
            format!("polled about every {} s, because {running} deployments share Google's quota", pace / 1_000);
        assert_eq!(scene.said.iter().any(|(_, said)| said.message.contains(&shown)), pace > 5_000, "{running}");
        let spoken: Vec<u64> = scene.said.iter().map(|(at, _)| *at).collect();
        assert!(spoken.windows(2).all(|pair| pair[1] - pair[0] <= 30_000), "{running}: {spoken:?}");
    }
}

/// The creation of the endpoint is polled, too, and the last poll ends with the deployment.
fn times_between_polls(scene: &Scene) -> Vec<u64> {
    let polls = scene.google.log.iter().filter(|(_, _, line)| line.contains(":wait"));
    let times: Vec<u64> = polls.map(|(at, ..)| *at).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).skip(2).collect()
}

#[test]
fn runs_that_began_together_do_not_poll_together() {
    // Where the pace is short, the end would be reported late.
    for (running, random, pace) in
        [(1_000, 0.0, 55_556), (1_000, 0.99, 165_556), (50, 0.0, 5_556), (50, 0.99, 5_556), (1, 0.0, 5_000)]
    {
        let mut scene = Scene::new(Google::default());
        scene.google.deployment = 900_000;
        (scene.running, scene.random) = (running, random);
        scene.run();
        let least = *times_between_polls(&scene).iter().min().unwrap();
        assert!((pace..=pace + 100).contains(&least), "{running} {random}: {least}");
    }
}

#[test]
fn a_rejected_poll_is_not_repeated_before_its_time() {
    for (running, most) in [(1_000, 12), (1, 200)] {
        let mut scene = Scene::new(Google::default());
        scene.running = running;
        scene.google.deployment = 1_000;
        scene.outage = Some((":wait", Fault::Exhausted, 0, 1_200_000));
        assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
        let polls = scene.wants.iter().filter(|want| want.contains(":wait")).count();
        assert!(polls <= most, "{running}: {polls}");
    }
}

#[test]
fn polls_as_the_user_where_the_portal_has_no_record_and_without_wait_where_google_has_none() {
    let mut scene = Scene::new(Google { services_are_strangers: true, ..Google::default() });
    scene.identities = Identities::USER;
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
    let mut scene = Scene::new(Google { has_wait: false, ..Google::default() });
    assert_eq!(scene.run().outcome, RunOutcome::Succeeded);
}
