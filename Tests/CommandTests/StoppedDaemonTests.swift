import Foundation
import Testing

/// A daemon that is told to stop, whatever it is at: it ends with 0, what it answered is acted upon once, and nothing is
/// left half done.
@Suite("Stopped daemon", .timeLimit(.minutes(5)))
struct StoppedDaemonTests {
  @Test func whatWasAnsweredIsDoneOnce() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      contact { email text key }
      event page_view { path text }
      rule look "Who looks is called" {
        on page_view
        then create task "Call {email}" for "desk@example.com"
        every time
      }
      policy {
        approve rules that act on more than 100% of contacts
        halt when a run acts on more than 100% of contacts
      }
      """, to: "rules/book.abm")
    let people = (0..<1_000).map { "p\($0)@acme.example" }
    try program.write("email\n" + people.joined(separator: "\n") + "\n", to: "contacts.csv")
    let outcome = try program.shell(
      """
      abm-rules import contacts contacts.csv >/dev/null && abm-rules run >/dev/null || exit 1
      export ABM_EVENTS_TOKEN=token
      trap 'kill -KILL $daemon $sender 2>/dev/null' EXIT
      start() {
        rm -f daemon.log
        abm-rules daemon --port 0 --executor file:out.jsonl 2>daemon.log & daemon=$!
        until grep -qs 'listens on .*[0-9]$' daemon.log; do sleep 0.05; kill -0 $daemon || exit 1; done
        address=$(sed -n 's/.*listens on //p' daemon.log)
      }
      # The numbers of those that were answered with 2xx.
      send() {
        for n in $(seq $1 999); do
          curl -fs -o /dev/null -X POST $address/events/page_view -H 'Authorization: Bearer token' \\
            -d "[{\\"contact\\": \\"p$n@acme.example\\", \\"path\\": \\"/\\", \\"id\\": \\"$n\\"}]" || break
          echo $n >>answered
        done
      }
      for round in 0 1 2 3; do
        start
        until curl -fs $address/ready >/dev/null; do sleep 0.05; kill -0 $daemon || exit 1; done
        send $((round * 250)) & sender=$!
        sleep 0.$((2 + 3 * (round % 3)))
        kill -TERM $daemon
        wait $daemon && echo stopped well || echo "stopped with $?"
        wait $sender
      done
      start
      # What waits stands at nothing before it is looked at, and between being worked in and being decided about.
      for _ in $(seq 600); do
        sed -n 's/.*"contact":"p\\([0-9]*\\)@.*/\\1/p' out.jsonl | sort >called
        sort answered | comm -23 - called | grep -q . || break
        sleep 0.1
      done
      kill -TERM $daemon
      wait $daemon && echo stopped well
      """)
    #expect(outcome.output == String(repeating: "stopped well\n", count: 5), "\(outcome.text)")
    let answered = Set(try program.read("answered").split(separator: "\n"))
    let lines = try program.read("out.jsonl").split(separator: "\n")
    let called = lines.map { $0.firstMatch(of: #/"contact":"p(\d+)@/#)?.1 ?? "" }
    #expect(!answered.isEmpty && answered.subtracting(called).isEmpty)
    #expect(Set(called).count == called.count)
  }
}
