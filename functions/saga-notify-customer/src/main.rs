//! Wires `saga-notify-customer` for AWS: its adapters, tables and settings.

use std::process::ExitCode;
use std::sync::Arc;

use adapter_cognito::CognitoDirectory;
use adapter_dynamodb::order_book::DynamoOrderBook;
use adapter_dynamodb::sends::DynamoSendLog;
use adapter_dynamodb::table::Table;
use adapter_ses::SesMailer;
use adapter_system::clock::SystemClock;
use domain::fulfilment::notify_customer::NotifyCustomer;
use domain::values::EmailAddress;
use lambda::runtime::ProcessEnvironment;
use lambda::sdk::sdk_config;

fn main() -> ExitCode {
    lambda::runtime::try_main(wire, |invocation, notify| async move {
        saga_notify_customer::handle(invocation, &notify).await
    })
}

fn wire(environment: &ProcessEnvironment) -> Option<NotifyCustomer> {
    let config = sdk_config(environment);
    let table = Table::new(&config, environment.required("ORDERS_TABLE"));
    environment.warm_up(table.warm_up());
    let user_pool = environment.required("USER_POOL_ID");
    let sender = environment.parsed("SENDER_ADDRESS", EmailAddress::parse)?;
    Some(NotifyCustomer {
        book: Arc::new(DynamoOrderBook { table: table.clone() }),
        directory: Arc::new(CognitoDirectory::new(&config, user_pool)),
        mailer: Arc::new(SesMailer::new(&config, sender)),
        sends: Arc::new(DynamoSendLog { table }),
        clock: Arc::new(SystemClock),
    })
}
