//! What answers at once.

use std::time::Duration;

use radon::{config_as, kv, naming, Message};

use crate::Reply;

pub fn config(key: &str) -> Reply {
    let number = config_as::<u32>(key).map_err(|error| error.message().to_owned());
    Ok(format!("{:?} {:?}", radon::config(key), number))
}

pub fn clocks() -> Reply {
    let (began, day) = (radon::monotonic(), radon::now());
    radon::sleep(Duration::from_millis(30))?;
    let slept = radon::monotonic() - began;
    Ok(format!("{} {}", day.as_millis(), slept.as_millis()))
}

pub fn random() -> Reply {
    let mut bytes = [0; 16];
    radon::random(&mut bytes);
    Ok(format!("{} {}", bytes.map(|byte| format!("{byte:02x}")).concat(), radon::random_u64()))
}

pub fn log(text: &str) -> Reply {
    radon::trace!("{text} 0");
    radon::debug!("{text} {}", 1);
    radon::info!("{text} {number}", number = 2);
    radon::warn!("{} 3", text);
    radon::error!("{text} 4");
    Ok("logged".to_owned())
}

pub fn whence(message: &Message) -> Reply {
    Ok(format!("{:?} {}", message.sender()?, message.attempt()?))
}

pub fn index(text: &str) -> Reply {
    let bytes = text.as_bytes();
    let index: usize = text.parse()?;
    Ok(bytes[index].to_string())
}

/// Entries of more than one page, a value of more than the first room, and every kind of range.
pub fn store() -> Reply {
    for number in 0..600 {
        kv::put(format!("n/{number:03}"), number.to_string())?;
    }
    kv::put([0xff, 0xfe], vec![7; 100_000])?;
    let count = |scan: kv::Scan| scan.collect::<radon::Result<Vec<_>>>().map(|entries| entries.len());
    let keys = |scan: kv::Scan| -> radon::Result<Vec<String>> { scan.map(|entry| Ok(entry?.key_text()?.to_owned())).collect() };
    let backwards = keys(kv::prefix("n/").reverse())?;
    let forwards = keys(kv::prefix("n/"))?;
    Ok([
        format!("{} {}", count(kv::all())?, count(kv::all().reverse())?),
        format!("{} {}", forwards.len(), forwards.iter().eq(backwards.iter().rev())),
        keys(kv::scan("n/010".."n/012"))?.join(" "),
        keys(kv::scan("n/010"..="n/012").reverse())?.join(" "),
        format!("{} {}", count(kv::scan("n/595"..))?, count(kv::scan(.."n/001"))?),
        format!("{:?} {:?}", kv::get([0xff, 0xfe])?.map(|value| value.len()), kv::get("none")?),
        format!("{:?} {}", kv::get_as::<u8>("n/007")?, kv::get_as::<u8>("n/300").unwrap_err()),
        format!("{} {}", kv::delete("n/007")?, kv::delete("n/007")?),
    ]
    .join("\n"))
}

pub fn naming() -> Reply {
    naming::alias("topic", "a.b")?;
    naming::alias("topic", "acb")?;
    let exact = naming::lookup("topic", naming::exactly("a.b"))?;
    naming::unalias("topic", "a.b")?;
    let gone = naming::lookup("topic", naming::exactly("a.b"))?;
    Ok([
        naming::resolve("mirror")?,
        naming::resolve("nobody").unwrap_err().code().to_string(),
        exact.join(" "),
        format!("{:?} {:?}", gone, naming::lookup_any("topic", "a.b")?),
        naming::lookup(naming::NAMES, "probe|mirror")?.join(" "),
        format!("{:?}", naming::lookup_any("topic", "zzz")?),
        naming::lookup_at_most(1, naming::NAMES, "probe|mirror")?.len().to_string(),
        naming::lookup("topic", "(").unwrap_err().code().to_string(),
    ]
    .join("\n"))
}
