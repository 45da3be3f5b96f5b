//! Questions that wait at the same moment, asked as one: the first goes at once, and whatever arrives while it is on its
//! way shares the next. There is no timer, and no answer is older than its question.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// Most questions that are asked as one.
const MOST: usize = 512;

/// `keys`, the last one repeated up to one of a few lengths: the database prepares a statement for each length.
pub(crate) fn repeated<K: Clone>(mut keys: Vec<K>) -> Vec<K> {
    let length = [1, 8, 64, MOST]
        .into_iter()
        .find(|length| keys.len() <= *length);
    if let (Some(length), Some(last)) = (length, keys.last().cloned()) {
        keys.resize(length, last);
    }
    keys
}

/// Questions by key. Clones are one.
pub struct Gather<K, V>(Arc<Mutex<Waiting<K, V>>>);

struct Waiting<K, V> {
    questions: Vec<Question<K, V>>,
    /// Whether somebody asks already, and will come back for these.
    asked: bool,
}

struct Question<K, V> {
    key: K,
    answer: oneshot::Sender<Result<Option<V>>>,
}

impl<K, V> Gather<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// What `find` finds for `key`. `find` is given several keys, and may leave out those that it does not find.
    ///
    /// # Errors
    /// When `find` fails, everybody whose question it was hears of it.
    pub(crate) async fn ask<F, A>(&self, key: K, find: F) -> Result<Option<V>>
    where
        F: Fn(Vec<K>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<HashMap<K, V>>> + Send,
    {
        let (answer, heard) = oneshot::channel();
        let first = {
            let mut waiting = self.waiting();
            waiting.questions.push(Question { key, answer });
            !std::mem::replace(&mut waiting.asked, true)
        };
        if first {
            // A task of its own: whoever asked first may go away, and the others still wait.
            let errand = Errand(self.clone());
            tokio::spawn(async move {
                while let Some(questions) = errand.0.next() {
                    answer_all(questions, &find).await;
                    // Requests that are just being read may join the next.
                    tokio::task::yield_now().await;
                }
            });
        }
        heard
            .await
            .unwrap_or_else(|_| Err(Error::internal("the task that asked for this was lost")))
    }

    /// The next questions to ask as one; none when nobody waits, and then nobody asks any more.
    fn next(&self) -> Option<Vec<Question<K, V>>> {
        let mut waiting = self.waiting();
        waiting
            .questions
            .retain(|question| !question.answer.is_closed());
        let some = waiting.questions.len().min(MOST);
        waiting.asked = some > 0;
        (some > 0).then(|| waiting.questions.drain(..some).collect())
    }
}

async fn answer_all<K, V, A>(questions: Vec<Question<K, V>>, find: &impl Fn(Vec<K>) -> A)
where
    K: Clone + Eq + Hash,
    V: Clone,
    A: Future<Output = Result<HashMap<K, V>>>,
{
    let keys: HashSet<K> = questions.iter().map(|one| one.key.clone()).collect();
    let found = find(keys.into_iter().collect()).await;
    for question in questions {
        let answer = match &found {
            Ok(found) => Ok(found.get(&question.key).cloned()),
            Err(error) => Err(Error::internal(format!(
                "a question shared with others failed: {:?}",
                error.cause
            ))),
        };
        let _ = question.answer.send(answer);
    }
}

/// Somebody who asks. When that ends by a panic, those who wait hear of it and the next one asks anew.
struct Errand<K, V>(Gather<K, V>);

impl<K, V> Drop for Errand<K, V> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut waiting = self.0.waiting();
            waiting.questions.clear();
            waiting.asked = false;
        }
    }
}

impl<K, V> Gather<K, V> {
    fn waiting(&self) -> MutexGuard<'_, Waiting<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> Clone for Gather<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for Gather<K, V> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting {
            questions: Vec::new(),
            asked: false,
        })))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Semaphore;

    use super::*;

    /// Finds the squares of even numbers, when it may, and notes what it was asked.
    struct Squares {
        asked: Mutex<Vec<Vec<u32>>>,
        may: Semaphore,
    }

    impl Squares {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                asked: Mutex::default(),
                may: Semaphore::new(0),
            })
        }

        async fn find(self: Arc<Self>, keys: Vec<u32>) -> Result<HashMap<u32, u32>> {
            let mut noted = keys.clone();
            noted.sort_unstable();
            self.asked.lock().unwrap().push(noted);
            self.may.acquire().await.unwrap().forget();
            assert!(!keys.contains(&13), "a defect");
            if keys.contains(&666) {
                return Err(Error::internal("no"));
            }
            let even = keys.into_iter().filter(|key| key % 2 == 0);
            Ok(even.map(|key| (key, key * key)).collect())
        }

        fn asked(&self) -> Vec<Vec<u32>> {
            self.asked.lock().unwrap().clone()
        }
    }

    fn ask(
        gather: &Gather<u32, u32>,
        squares: &Arc<Squares>,
        key: u32,
    ) -> tokio::task::JoinHandle<Result<Option<u32>>> {
        let (gather, squares) = (gather.clone(), Arc::clone(squares));
        tokio::spawn(async move {
            gather
                .ask(key, move |keys| Arc::clone(&squares).find(keys))
                .await
        })
    }

    #[test]
    fn lengths_are_few() {
        assert_eq!(repeated(vec![1]), [1]);
        let ten = repeated((1..=10).collect());
        assert_eq!((ten.len(), ten[9], ten[63]), (64, 10, 10));
        assert_eq!(repeated(vec![0; 513]).len(), 513);
        assert!(repeated(Vec::<u32>::new()).is_empty());
    }

    async fn settle() {
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn those_who_come_meanwhile_share_the_next_question() {
        let (gather, squares) = (Gather::default(), Squares::new());
        let first = ask(&gather, &squares, 2);
        settle().await;
        let others = [4, 3, 2, 4].map(|key| ask(&gather, &squares, key));
        settle().await;
        assert_eq!(
            squares.asked(),
            [vec![2]],
            "no answer older than a question"
        );
        squares.may.add_permits(2);
        assert_eq!(first.await.unwrap().unwrap(), Some(4));
        let mut heard = Vec::new();
        for other in others {
            heard.push(other.await.unwrap().unwrap());
        }
        assert_eq!(heard, [Some(16), None, Some(4), Some(16)]);
        assert_eq!(squares.asked(), [vec![2], vec![2, 3, 4]]);
        squares.may.add_permits(1);
        assert_eq!(ask(&gather, &squares, 6).await.unwrap().unwrap(), Some(36));
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_and_ends_with_them() {
        let (gather, squares) = (Gather::default(), Squares::new());
        squares.may.add_permits(3);
        let failing = [666, 2].map(|key| ask(&gather, &squares, key));
        for failed in failing {
            assert!(failed.await.unwrap().is_err());
        }
        assert_eq!(ask(&gather, &squares, 2).await.unwrap().unwrap(), Some(4));
    }

    #[tokio::test]
    async fn the_first_may_go_away_and_a_defect_is_not_the_end() {
        let (gather, squares) = (Gather::default(), Squares::new());
        let first = ask(&gather, &squares, 2);
        settle().await;
        let second = ask(&gather, &squares, 4);
        settle().await;
        first.abort();
        squares.may.add_permits(3);
        assert_eq!(second.await.unwrap().unwrap(), Some(16));
        assert!(ask(&gather, &squares, 13).await.unwrap().is_err());
        squares.may.add_permits(1);
        assert_eq!(ask(&gather, &squares, 8).await.unwrap().unwrap(), Some(64));
    }
}
