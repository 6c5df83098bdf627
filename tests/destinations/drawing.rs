//! A picture that takes for ever to be drawn: its words leave without it, and no other waits for it.

use bellwether::{
    domain::PostId,
    event::{Picture, Post},
};
use tokio::{runtime::Builder, task::spawn_blocking};

use super::{
    pictures::{Channel, LOST, bluesky, mastodon, matrix, post, stage},
    rows,
};

/// A post whose picture nobody has drawn yet.
fn undrawn() -> Post {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"801\" height=\"450\"/>".to_owned();
    Post { picture: Some(Picture { svg, alt: "Chart".to_owned() }), ..rows::post() }
}

async fn check() {
    let (_one, _, toots) = stage("mastodon", mastodon()).await;
    let (_two, _, sky) = stage("bluesky", bluesky()).await;
    let (_three, _, room) = stage("matrix", matrix()).await;
    let (_four, _, channel) = stage("discord", Channel::default()).await;
    let (_five, _, other) = stage("mastodon", mastodon()).await;
    let known = post();
    other.send(rows::sending(&known)).await.expect("it works");
    let known = Post { id: PostId::from("again"), ..known };
    let (gate, shut) = std::sync::mpsc::channel::<()>();
    // Whoever draws must wait until the gate is gone.
    let drawing = spawn_blocking(move || shut.recv());
    let slow = undrawn();
    let sending = rows::sending(&slow);
    let (one, two, three, four, known) = tokio::join!(
        toots.send(sending),
        sky.send(sending),
        room.send(sending),
        channel.send(sending),
        other.send(rows::sending(&known)),
    );
    for receipt in [one, two, three, four] {
        assert_eq!(receipt.expect("the words leave").remark, Some(format!("{LOST}timeout)")));
    }
    assert_eq!(known.expect("it works").remark, None);
    drop(gate);
    assert!(drawing.await.expect("it ends").is_err());
    let receipt = room.send(sending).await.expect("it works");
    assert_eq!(receipt.remark, None, "a drawing that is done is kept");
}

#[test]
fn words_wait_for_no_drawing_and_no_picture_waits_for_another() {
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    runtime.expect("a runtime").block_on(check());
}
