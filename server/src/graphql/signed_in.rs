//! Whoever a mutation has just signed in. What hangs below `signUp`, `signIn` and `refreshSession` is answered to that
//! person, although the request came from nobody: the client learns who it is now without asking a second time.

use std::sync::OnceLock;

use async_graphql::Context;

use super::loaders::Loaders;
use crate::actor::Actor;
use crate::app::App;

/// The persons signed in by the mutations of one request, each with loaders of their own.
#[derive(Default)]
pub(crate) struct SignedIn {
    last: OnceLock<Box<Person>>,
}

/// One of them.
pub(crate) struct Person {
    /// The key of the mutation's field in the response.
    field: String,
    /// Who they are.
    pub(crate) actor: Actor,
    /// What is loaded on their behalf; those signed in later hang on to these.
    pub(crate) loaders: Loaders,
}

impl SignedIn {
    /// From here on, what is below the root field of `ctx` is asked by `actor`.
    pub(crate) fn enter(&self, app: &App, ctx: &Context<'_>, actor: &Actor) {
        let mut person = Box::new(Person {
            field: root_field(ctx).to_owned(),
            actor: actor.clone(),
            loaders: Loaders::new(app, actor),
        });
        let mut place = self;
        while let Err(kept) = place.last.set(person) {
            person = kept;
            match place.last.get() {
                Some(taken) => place = &taken.loaders.signed_in,
                None => return,
            }
        }
    }

    /// Who asks below the root field of `ctx`, when it has signed somebody in.
    pub(crate) fn below(&self, ctx: &Context<'_>) -> Option<&Person> {
        let mut person = self.last.get()?;
        let field = root_field(ctx);
        while person.field != field {
            person = person.loaders.signed_in.last.get()?;
        }
        Some(person)
    }
}

/// The response key of the root field that `ctx` is at or below.
fn root_field<'a>(ctx: &'a Context<'_>) -> &'a str {
    let mut node = ctx.path_node.as_ref();
    while let Some(parent) = node.and_then(|node| node.parent) {
        node = Some(parent);
    }
    match node.map(|node| &node.segment) {
        Some(async_graphql::QueryPathSegment::Name(name)) => name,
        _ => "",
    }
}
