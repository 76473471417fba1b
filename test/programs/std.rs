//! Uses of the standard library that reach for WASI, one a word on stdin.
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() -> Result<(), String> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input).map_err(|error| error.to_string())?;
    match input.as_str() {
        "args" => println!("{:?}", std::env::args().collect::<Vec<_>>()),
        "env" => println!("{:?}", std::env::var("CITY")),
        "sleep" => {
            let started = Instant::now();
            std::thread::sleep(Duration::from_millis(1_500));
            println!("{}", started.elapsed().as_millis());
        }
        "time" => println!("{}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()),
        // Its hasher is seeded by random_get.
        "map" => println!("{}", (0..100).map(|n| (n, n)).collect::<HashMap<_, _>>()[&42]),
        "file" => println!("{}", std::fs::read_to_string("/etc/hosts").unwrap_err()),
        "socket" => println!("{}", std::net::TcpStream::connect("127.0.0.1:80").unwrap_err()),
        "thread" => println!("{}", std::thread::Builder::new().spawn(|| ()).unwrap_err()),
        "bytes" => io::stdout().write_all(&[0, 255, 10]).unwrap(),
        "exit" => std::process::exit(7),
        "panic" => panic!("told to"),
        other => return Err(format!("there is no {other}")),
    }
    Ok(())
}
