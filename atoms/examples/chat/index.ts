import { Future, http, HttpRequest, Json, lastError, naming, request, send } from "radon-as";

/**
 * The front door of the chat rooms.
 *
 *     POST   /chat/{topic}            publishes the body to every member of the topic, wherever it runs
 *     GET    /chat/{topic}            what each member received
 *     PUT    /chat/{topic}/{member}   makes an atom a member
 *     DELETE /chat/{topic}/{member}   makes it leave
 */
export function invoke(): void {
  const call = http.receive();
  if (!call) return;

  const topic = call.segment(1);
  const member = call.segment(2);
  if (topic == "") call.respond("Name a topic: /chat/{topic}\n", 404);
  else if (member != "" && call.method == "PUT") tell(call, member, order("join", topic));
  else if (member != "" && call.method == "DELETE") tell(call, member, order("leave", topic));
  else if (member == "" && call.method == "POST") publish(call, topic);
  else if (member == "" && call.method == "GET") history(call, topic);
  else call.respond("There is no " + call.method + " here.\n", 405);
}

/** A room is whoever has the topic as an alias at this moment. */
function membersOf(topic: string): string[] {
  const members = naming.lookup("topic", naming.exactly(topic));
  return members ? members : [];
}

function publish(call: HttpRequest, topic: string): void {
  const members = membersOf(topic);
  const message = order("keep", topic).set("text", call.text);
  for (let i = 0; i < members.length; i++) send(members[i], message);
  call.respond(Json.object().set("topic", topic).set("sent", members));
}

/** Asks all members at once, then collects the answers. */
function history(call: HttpRequest, topic: string): void {
  const members = membersOf(topic);
  const answers: Future[] = [];
  for (let i = 0; i < members.length; i++) answers.push(request(members[i], order("read", topic)));

  const received = Json.object();
  for (let i = 0; i < members.length; i++) {
    const answer = answers[i].await();
    received.set(members[i], answer ? answer.json() : null);
  }
  call.respond(received);
}

function tell(call: HttpRequest, member: string, what: Json): void {
  const answer = request(member, what).await();
  if (answer) call.respond(answer.text + "\n");
  else call.respond(lastError().toString() + "\n", 502);
}

function order(action: string, topic: string): Json {
  return Json.object().set("do", action).set("topic", topic);
}
