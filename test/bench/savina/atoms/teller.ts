import { clock, config, Future, receive, replyTo, request, send } from "radon-as";

const accounts = <i32>config.integer("accounts", 1);
const AMOUNTS = 1_000;

let token: i64 = 0;
let start: i64 = 0;
let open: i64 = 0;
let sum: i64 = 0;

/** Bank transaction: orders as many transfers as it was asked for, all at once, and replies with the microseconds they took. */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (message.isRequest) {
    token = message.replyToken();
    sum = sumOfBalances();
    start = clock.monotonic();
    open = message.integer();
    for (let i: i64 = 0; i < open; i++) transfer();
  } else if (--open == 0) {
    const took = clock.monotonic() - start;
    assert(sumOfBalances() == sum, "Money was lost or made.");
    replyTo(token, took);
  }
}

/** Money goes to accounts with a higher number only, so no two accounts ever wait for each other. */
function transfer(): void {
  const from = random((accounts / 10) * 8);
  const to = from + 1 + random(accounts - from - 1);
  assert(send(nameOf(from), to * AMOUNTS + random(AMOUNTS)));
}

function random(below: i32): i32 {
  return <i32>Math.floor(Math.random() * below);
}

function nameOf(account: i32): string {
  return "account-" + account.toString().padStart(3, "0");
}

function sumOfBalances(): i64 {
  const balances: Future[] = [];
  for (let account = 0; account < accounts; account++) balances.push(request(nameOf(account), "balance"));
  let total: i64 = 0;
  for (let account = 0; account < accounts; account++) total += balances[account].await()!.integer();
  return total;
}
