//! Runs a benchmark's server on a free port, with or without TLS, with one thread per connection.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http::{self, Request, Response};
use crate::trouble::Trouble;

/// Listens until this process ends, and returns the value for `AWS_ENDPOINT_URL`. Uses TLS if a configuration is given,
/// else plain HTTP.
pub fn start<A>(tls: Option<Arc<ServerConfig>>, answer: A) -> Result<String, Trouble>
where
    A: Fn(&Request<'_>) -> Option<Response> + Clone + Send + 'static,
{
    let trouble = |reason| Trouble::new("listen", reason);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(trouble)?;
    let port = listener.local_addr().map_err(trouble)?.port();
    let url = match &tls {
        Some(_) => format!("https://localhost:{port}"),
        None => format!("http://127.0.0.1:{port}"),
    };
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (tls, answer) = (tls.clone(), answer.clone());
            // Errors of a connection are ignored here: the measured process reports those that matter.
            thread::spawn(move || serve(connection, tls, answer).unwrap_or_default());
        }
    });
    Ok(url)
}

fn serve(
    connection: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    answer: impl Fn(&Request<'_>) -> Option<Response>,
) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    match tls {
        None => http::serve(connection, answer),
        Some(tls) => {
            let session = ServerConnection::new(tls).map_err(std::io::Error::other)?;
            http::serve(StreamOwned::new(session, connection), answer)
        }
    }
}
