//! Runs futures on one thread with a simulated clock, which jumps to the next alarm when no task can go on.
//!
//! Tasks run in the order in which they were woken. Alarms ring in the order of their instants, then of their creation.
//! Nothing depends on the machine, so the same seed gives the same run.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use adapter_memory::time::SetClock;
use domain::ports::Clock;
use domain::values::Timestamp;

/// The owner of a task, which decides what dies with the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// An execution in the workflow host.
    Host,
    /// An invocation of a function.
    Function,
    /// Customers, services in front of the functions, and pending requests.
    World,
    /// Endless tasks, which the scheduler does not wait for.
    Background,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Task {
    owner: Owner,
    work: Work,
    waker: Waker,
    queued: Arc<TaskWaker>,
}

#[derive(Default)]
struct Ready(Mutex<VecDeque<usize>>);

struct TaskWaker {
    task: usize,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            lock(&self.ready.0).push_back(self.task);
        }
    }
}

struct Alarm {
    at_ms: i64,
    number: u64,
    waker: Waker,
}

impl PartialEq for Alarm {
    fn eq(&self, other: &Self) -> bool {
        (self.at_ms, self.number) == (other.at_ms, other.number)
    }
}

impl Eq for Alarm {}

impl PartialOrd for Alarm {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Alarm {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ms, self.number).cmp(&(other.at_ms, other.number))
    }
}

#[derive(Default)]
struct Inner {
    alarms: BinaryHeap<Reverse<Alarm>>,
    alarms_set: u64,
    /// A slot is empty while its task is polled, and after it has ended.
    tasks: Vec<Option<Task>>,
    /// The number of tasks that are not in the background.
    open: usize,
    /// The owners whose tasks end before the next poll.
    killed: Vec<Owner>,
}

pub(crate) struct Scheduler {
    pub(crate) clock: Arc<SetClock>,
    inner: Mutex<Inner>,
    ready: Arc<Ready>,
}

/// Why the clock stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// No task is left.
    AllDone,
    /// The time limit was reached.
    OutOfTime,
}

impl Scheduler {
    pub(crate) fn starting_at(now_ms: i64) -> Self {
        Self {
            clock: Arc::new(SetClock::at(Timestamp::from_unix_ms(now_ms))),
            inner: Mutex::default(),
            ready: Arc::default(),
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().unix_ms()
    }

    pub(crate) fn spawn(&self, owner: Owner, work: impl Future<Output = ()> + Send + 'static) {
        let mut inner = lock(&self.inner);
        let queued = Arc::new(TaskWaker {
            task: inner.tasks.len(),
            queued: AtomicBool::new(false),
            ready: Arc::clone(&self.ready),
        });
        queued.wake_by_ref();
        let waker = Waker::from(Arc::clone(&queued));
        inner.open += usize::from(owner != Owner::Background);
        inner.tasks.push(Some(Task {
            owner,
            work: Box::pin(work),
            waker,
            queued,
        }));
    }

    /// Ends every task of this owner after the current poll, including the current task.
    pub(crate) fn kill(&self, owner: Owner) {
        lock(&self.inner).killed.push(owner);
    }

    /// Ends all tasks, because tasks and world hold references to each other.
    pub(crate) fn kill_all(&self) {
        let mut inner = lock(&self.inner);
        let (tasks, alarms) = (std::mem::take(&mut inner.tasks), std::mem::take(&mut inner.alarms));
        inner.open = 0;
        drop(inner);
        drop((tasks, alarms));
    }

    /// Runs until only background tasks are left, at most until `until_ms`.
    pub(crate) fn run(&self, until_ms: i64) -> Stopped {
        loop {
            while let Some(task) = self.next_ready() {
                self.poll(task);
                self.drop_dead_tasks();
            }
            let mut inner = lock(&self.inner);
            if inner.open == 0 {
                return Stopped::AllDone;
            }
            let Some(Reverse(alarm)) = inner.alarms.pop() else {
                return Stopped::OutOfTime;
            };
            if alarm.at_ms > until_ms {
                inner.alarms.push(Reverse(alarm));
                self.clock.set(Timestamp::from_unix_ms(until_ms));
                return Stopped::OutOfTime;
            }
            drop(inner);
            self.clock
                .set(self.clock.now().max(Timestamp::from_unix_ms(alarm.at_ms)));
            alarm.waker.wake();
        }
    }

    fn next_ready(&self) -> Option<usize> {
        lock(&self.ready.0).pop_front()
    }

    fn poll(&self, index: usize) {
        let taken = lock(&self.inner).tasks.get_mut(index).and_then(Option::take);
        let Some(mut task) = taken else {
            return;
        };
        task.queued.queued.store(false, Ordering::Relaxed);
        let is_done = task
            .work
            .as_mut()
            .poll(&mut Context::from_waker(&task.waker))
            .is_ready();
        let mut inner = lock(&self.inner);
        if is_done {
            inner.open -= usize::from(task.owner != Owner::Background);
            drop(inner);
            // Dropped without the lock: dropping a task may wake others.
            drop(task);
        } else {
            inner.tasks[index] = Some(task);
        }
    }

    fn drop_dead_tasks(&self) {
        let mut inner = lock(&self.inner);
        if inner.killed.is_empty() {
            return;
        }
        let owners = std::mem::take(&mut inner.killed);
        let mut dead = Vec::new();
        for place in &mut inner.tasks {
            if place.as_ref().is_some_and(|task| owners.contains(&task.owner)) {
                dead.extend(place.take());
            }
        }
        inner.open -= dead.iter().filter(|task| task.owner != Owner::Background).count();
        drop(inner);
        drop(dead);
    }

    pub(crate) fn sleep_until(self: &Arc<Self>, at_ms: i64) -> Sleep {
        Sleep {
            scheduler: Arc::clone(self),
            at_ms,
            is_set: false,
        }
    }
}

/// Ready when the clock has reached its instant.
pub(crate) struct Sleep {
    scheduler: Arc<Scheduler>,
    at_ms: i64,
    is_set: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let scheduler = Arc::clone(&self.scheduler);
        if scheduler.now_ms() >= self.at_ms {
            return Poll::Ready(());
        }
        // One alarm is enough, because the waker of a task never changes.
        if !self.is_set {
            self.is_set = true;
            let mut inner = lock(&scheduler.inner);
            inner.alarms_set += 1;
            let alarm = Alarm {
                at_ms: self.at_ms,
                number: inner.alarms_set,
                waker: context.waker().clone(),
            };
            inner.alarms.push(Reverse(alarm));
        }
        Poll::Pending
    }
}

/// Locks a mutex. It is never poisoned: there is one thread, and no code panics while it holds a lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
