/** What ssh says becomes a sentence with a way out. The host keys' sentences are tried on a real sshd in test/end-to-end/machines. */
import { expect, test } from "vitest";
import { sshTrouble } from "../../../scripts/deploy/workerd/ssh-trouble.ts";

test.each([
  ["me@edge: Permission denied (publickey).", /^edge does not let this user in: /],
  ["ssh: Could not resolve hostname edge: Name or service not known", /^There is no machine edge: /],
  ["ssh: connect to host edge port 22: Connection refused", /^edge takes no SSH connections: /],
  ["ssh: connect to host edge port 22: Connection timed out", /^edge cannot be reached\.$/],
  ["channel 0: open failed: administratively prohibited: open failed", /needs AllowTcpForwarding/],
  ["something new", /^ssh to edge failed: something new$/],
])("%s", (said, sentence) => {
  expect(sshTrouble("edge", said)).toMatch(sentence);
});
