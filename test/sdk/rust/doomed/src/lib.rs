//! A daemon that ends with an error, whatever it is of.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    radon::kv::put("began", "yes")?;
    // It is committed before the end comes.
    radon::yield_now()?;
    let number: i32 = "twelve".parse()?;
    radon::info!("{}", number);
    Ok(())
}

radon::daemon!(main);
