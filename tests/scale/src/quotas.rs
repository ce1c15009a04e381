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
    pub checked: Checked,
}

/// Whether the figure was compared with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The source, or AWS's own copy of it, had this figure.
    On(&'static str),
    /// AWS publishes no figure; this one is what accounts commonly report.
    NoFigure(&'static str),
    /// The copy of the source that could be read on this day did not show the table.
    NotShown(&'static str),
    /// The value comes from this repository: a test or a decision holds it.
    OwnSetting,
}

impl Checked {
    /// The cell of the page.
    pub fn text(self) -> String {
        match self {
            Self::On(date) => date.to_owned(),
            Self::NoFigure(date) => format!("{date}: AWS publishes no figure"),
            Self::NotShown(date) => format!("{date}: not confirmed"),
            Self::OwnSetting => "our own setting".to_owned(),
        }
    }
}

impl Quota {
    /// How many orders or rows per second it allows.
    pub fn ceiling(&self) -> u64 {
        self.granted * 1_000 / self.taken_by_thousand
    }
}

/// A thousand orders or rows take a thousand.
pub const ONE_EACH: u64 = 1_000;
/// When the figures were compared with their sources.
pub const DAY: &str = "2026-12-01";
/// Invocations of functions that an order causes: orders-place, saga-start and five steps.
pub const INVOCATIONS: u64 = 7 * ONE_EACH;
/// Seconds that they take together: 200 milliseconds for an order (docs/cost.md).
const INVOCATION_SECONDS: u64 = 200;
/// State transitions of an order to which nothing happens; a test of docs/cost.md counts them.
pub const TRANSITIONS: u64 = 6 * ONE_EACH;
/// Rows that `import-range` sends per second. Eight ranges are read at the same time, each with at most 128 rows in
/// flight that take some ten milliseconds each.
const IMPORT_ROWS_PER_SECOND: u64 = 8 * 128 * 100;

/// Of the regions us-east-1, us-west-2 and eu-west-1; other regions often grant less. `checked` has the day on which
/// the figure was compared with its source.
pub const QUOTAS: [Quota; 14] = [
    Quota {
        name: "SES sandbox: mails",
        load: Load::Orders,
        granted: 1,
        taken_by_thousand: ONE_EACH,
        raised_by: "request production access; the sandbox also ends at 200 mails a day",
        source: "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "SES production: mails",
        load: Load::Orders,
        granted: 14,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"sending rate\", which AWS sets by use case",
        source: "https://docs.aws.amazon.com/ses/latest/dg/quotas.html",
        checked: Checked::NoFigure(DAY),
    },
    Quota {
        name: "Lambda in a new account: 10 concurrent executions",
        load: Load::Orders,
        granted: 10,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota \"concurrent executions\"",
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        checked: Checked::NoFigure(DAY),
    },
    Quota {
        name: "Cognito: UserRead (one AdminGetUser per mail)",
        load: Load::Orders,
        granted: 120,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota of the category UserRead, or the address in the order",
        source: "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "Step Functions: StartExecution",
        load: Load::Orders,
        granted: 300,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota of StartExecution; a bucket of 1,300 absorbs bursts",
        source: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "HTTP API: the stage's throttle",
        load: Load::Orders,
        granted: 500,
        taken_by_thousand: ONE_EACH,
        raised_by: "`ThrottlingRateLimit` in the template",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
        checked: Checked::OwnSetting,
    },
    Quota {
        name: "Step Functions: state transitions",
        load: Load::Orders,
        granted: 5_000,
        taken_by_thousand: TRANSITIONS,
        raised_by: "quota of StateTransition",
        source: "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
        checked: Checked::NotShown(DAY),
    },
    Quota {
        name: "X-Ray: segments (a twentieth of the requests is sampled)",
        load: Load::Orders,
        granted: 2_600,
        taken_by_thousand: INVOCATIONS / 20,
        raised_by: "a lower sampling rate",
        source: "https://docs.aws.amazon.com/general/latest/gr/xray.html",
        checked: Checked::NotShown(DAY),
    },
    Quota {
        name: "CloudWatch Logs: PutLogEvents (one per second and environment)",
        load: Load::Orders,
        granted: 5_000,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota of PutLogEvents",
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
        checked: Checked::NotShown(DAY),
    },
    Quota {
        name: "Lambda: 1,000 concurrent executions",
        load: Load::Orders,
        granted: 1_000,
        taken_by_thousand: INVOCATION_SECONDS,
        raised_by: "quota \"concurrent executions\", and the parameters RouteConcurrency and SagaConcurrency",
        source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "HTTP API: requests of the account",
        load: Load::Orders,
        granted: 10_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"throttle rate\"",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "DynamoDB: writes of a new on-demand table",
        load: Load::Rows,
        granted: 4_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "warm throughput, or a table that was busy before",
        source: "https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb",
        checked: Checked::On(DAY),
    },
    Quota {
        name: "DynamoDB: writes of a table",
        load: Load::Rows,
        granted: 40_000,
        taken_by_thousand: ONE_EACH,
        raised_by: "quota \"table-level write throughput\"",
        source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
        checked: Checked::NotShown(DAY),
    },
    Quota {
        name: "import-range: rows in flight of eight ranges",
        load: Load::Rows,
        granted: IMPORT_ROWS_PER_SECOND,
        taken_by_thousand: ONE_EACH,
        raised_by: "`MaxConcurrency` in catalog-import.asl.json",
        source: "decisions/0029-as-fast-as-the-table-takes-it.md",
        checked: Checked::OwnSetting,
    },
];
