//! The quotas of AWS that an order or an import meets, and how many units of each it takes.

/// What a quota limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Orders per second.
    Orders,
    /// Rows of an import per second.
    Rows,
}

/// A limit per second.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    pub name: &'static str,
    pub load: Load,
    /// What is granted per second, by default.
    pub granted: u64,
    /// What a thousand orders or rows take of it.
    pub taken_by_thousand: u64,
    /// What raises it.
    pub raised_by: &'static str,
    pub source: &'static str,
}

impl Quota {
    /// How many orders or rows per second it allows.
    pub fn ceiling(&self) -> u64 {
        self.granted * 1_000 / self.taken_by_thousand
    }
}

const ONE_EACH: u64 = 1_000;
/// Invocations of functions that an order causes: orders-place, saga-start and five steps.
const INVOCATIONS: u64 = 7 * ONE_EACH;
/// Seconds that they take together: 200 milliseconds for an order (docs/cost.md).
const INVOCATION_SECONDS: u64 = 200;
/// State transitions of an order to which nothing happens; a test of docs/cost.md counts them.
const TRANSITIONS: u64 = 6 * ONE_EACH;
/// Rows that `import-range` sends per second. Eight ranges are read at the same time, each with at most 128 rows in
/// flight that take some ten milliseconds each.
const IMPORT_ROWS_PER_SECOND: u64 = 8 * 128 * 100;

/// Of the regions us-east-1, us-west-2 and eu-west-1, as AWS documents them in 2026; other regions often grant less.
pub const QUOTAS: [Quota; 14] = [
    Quota {
        name: "SES sandbox: mails",
        load: Load::Orders,
        granted: 1,
        taken_by_thousand: ONE_EACH,
        raised_by: "request production access",
        source: "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
    },
    Quota {
        name: "SES production: mails",
        load: Load::Orders,
        granted: 14,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"sending rate\"",
        source: "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
    },
    Quota {
        name: "Lambda in a new account: 10 concurrent executions",
        load: Load::Orders,
        granted: 10,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota \"concurrent executions\"",
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    },
    Quota {
        name: "Cognito: UserRead (one AdminGetUser per mail)",
        load: Load::Orders,
        granted: 120,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota of the category UserRead, or the address in the order",
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html",
    },
    Quota {
        name: "Step Functions: StartExecution",
        load: Load::Orders,
        granted: 300,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota of StartExecution; a bucket of 1,300 absorbs bursts",
        source: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    },
    Quota {
        name: "HTTP API: the stage's throttle",
        load: Load::Orders,
        granted: 500,
        taken_by_thousand: ONE_EACH,
        raised_by: "`ThrottlingRateLimit` in the template",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
    },
    Quota {
        name: "Step Functions: state transitions",
        load: Load::Orders,
        granted: 5_000,
        taken_by_thousand: TRANSITIONS,
        raised_by: "quota of StateTransition",
        source: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    },
    Quota {
        name: "X-Ray: segments (a twentieth of the requests is sampled)",
        load: Load::Orders,
        granted: 2_600,
        taken_by_thousand: INVOCATIONS / 20,
        raised_by: "a lower sampling rate",
        source: "https://docs.aws.amazon.com/general/latest/gr/xray.html",
    },
    Quota {
        name: "CloudWatch Logs: PutLogEvents (one per second and environment)",
        load: Load::Orders,
        granted: 5_000,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota of PutLogEvents",
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    },
    Quota {
        name: "Lambda: 1,000 concurrent executions",
        load: Load::Orders,
        granted: 1_000,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota \"concurrent executions\", and the parameters RouteConcurrency and SagaConcurrency",
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    },
    Quota {
        name: "HTTP API: requests of the account",
        load: Load::Orders,
        granted: 10_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"throttle rate\"",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    },
    Quota {
        name: "DynamoDB: writes of a new on-demand table",
        load: Load::Rows,
        granted: 4_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "warm throughput, or a table that was busy before",
        source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html",
    },
    Quota {
        name: "DynamoDB: writes of a table",
        load: Load::Rows,
        granted: 40_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"table-level write throughput\"",
        source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
    },
    Quota {
        name: "import-range: rows in flight of eight ranges",
        load: Load::Rows,
        granted: IMPORT_ROWS_PER_SECOND,
        taken_by_thousand: ONE_EACH,
        raised_by: "`MaxConcurrency` in catalog-import.asl.json",
        source: "decisions/0029-as-fast-as-the-table-takes-it.md",
    },
];
