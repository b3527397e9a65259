import BusinessTime
import Decisioning
import Foundation
import RuleSemantics

extension SimulationReport {
  /// A page that needs nothing beside itself, light or dark as the reader's system is.
  package var html: String { SimulationPage(run: run, other: other).text }
}

/// A simulation as a page to look at.
private struct SimulationPage {
  let run: SimulationRun
  let other: SimulationRun?

  private static let samples = 12

  var text: String {
    let title = "Simulation \(day(run.tally.days.first)) to \(day(run.tally.days.last))"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(title))</title>
      <style>\(SimulationPage.style)</style>
      </head>
      <body>
      <main>
      <h1>\(escaped(title))</h1>
      <p class="faint">\(escaped(subtitle))</p>
      \(cards)
      \(comparison)
      \(rules)
      \(sends)
      \(heldBack)
      \(notes)
      <footer class="faint">Played over the history in the database by abm-rules. Nothing was written and nothing was sent.</footer>
      </main>
      </body>
      </html>

      """
  }

  private func day(_ day: CivilDate?) -> String { day.map { "\($0)" } ?? "" }

  private var subtitle: String {
    let policy = run.book.program.policy
    let often = run.options.every.map { "every \($0)" } ?? "once a day at \(policy.businessFrom)"
    return
      "\(Plural.count(run.tally.runs, "run")), \(often), \(policy.zone). \(Plural.count(run.contacts, "contact")), "
      + "\(Plural.count(run.accounts, "account")). Rule book \(run.book.hash.prefix(12))."
  }

  // MARK: - The whole

  private var cards: String {
    let tally = run.tally
    let reached = tally.messagesByContact.count
    let most = tally.weeks.map { $0.contactsByMessages.count - 1 }.max() ?? 0
    let cards = [
      (Plural.grouped(tally.totalActed), "times a rule acted", other.map { $0.tally.totalActed }),
      (Plural.grouped(tally.totalMessages), "messages", other.map { $0.tally.totalMessages }),
      (Plural.grouped(reached), "contacts got one", other.map { $0.tally.messagesByContact.count }),
      (Plural.grouped(max(most, 0)), "most to one contact in a week", nil),
      (Plural.grouped(tally.queue.max() ?? 0), "most waiting at a day's end", other.map { $0.tally.queue.max() ?? 0 }),
    ]
    return "<section class=\"cards\">"
      + cards.map { value, label, compared in
        let then = compared.map { "<span class=\"then\">→ \(Plural.grouped($0))</span>" } ?? ""
        return "<div class=\"card\"><div class=\"value\">\(value)\(then)</div><div class=\"faint\">\(label)</div></div>"
      }.joined() + "</section>"
  }

  private var rules: String {
    var rows = ""
    let counterparts = other.map { SimulationComparison.counterparts(of: run, in: $0) } ?? [:]
    for rule in run.tally.rules {
      let compared = counterparts[rule.name]
      guard rule.acted.contains(where: { $0 > 0 }) || compared?.acted.contains(where: { $0 > 0 }) == true else {
        continue
      }
      let declared = run.book.program.rules.first { $0.name == rule.name }
      let title = declared?.title ?? ""
      let highest = max(rule.acted.max() ?? 0, compared?.acted.max() ?? 0)
      var charts = bars(rule.acted, highest: highest, kind: "bar")
      if let compared { charts += bars(compared.acted, highest: highest, kind: "bar other") }
      rows += """
        <tr><td><strong>\(escaped(rule.name))</strong><br><span class="faint">\(escaped(title))</span></td>
        <td class="chart">\(charts)</td>
        <td class="number">\(Plural.grouped(rule.acted.reduce(0, +)))\(then(compared?.acted.reduce(0, +)))</td>
        <td class="number">\(Plural.grouped(rule.people.count))\(then(compared?.people.count))</td>
        <td class="number">\(Plural.grouped(rule.messages.reduce(0, +)))\(then(compared?.messages.reduce(0, +)))</td></tr>

        """
    }
    let quiet = run.tally.rules.filter { !$0.acted.contains { $0 > 0 } }.map { "<code>\(escaped($0.name))</code>" }
    let rest = quiet.isEmpty ? "" : "<p class=\"faint\">Nobody in this time: \(quiet.joined(separator: ", "))</p>"
    return """
      <section><h2>What each rule does, day by day</h2>
      <div class="scroll"><table><thead><tr><th>rule</th><th>\(legend)</th><th class="number">acted</th>
      <th class="number">people</th><th class="number">messages</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>\(rest)</section>
      """
  }

  private var legend: String {
    guard let other else { return "each day" }
    return "<span class=\"key\"></span>\(escaped(run.name)) <span class=\"key other\"></span>\(escaped(other.name))"
  }

  private func then(_ number: Int?) -> String {
    number.map { "<br><span class=\"then\">\(Plural.grouped($0))</span>" } ?? ""
  }

  private func bars(_ numbers: [Int], highest: Int, kind: String) -> String {
    let (width, height) = (360.0, 34.0)
    let step = width / Double(max(numbers.count, 1))
    let bars = numbers.enumerated().compactMap { index, number -> String? in
      guard number > 0 else { return nil }
      let size = max(1.5, height * Double(number) / Double(max(highest, 1)))
      let label = "\(run.tally.days[index]): \(Plural.grouped(number))"
      return "<rect class=\"\(kind)\" x=\"\(coordinate(Double(index) * step))\" y=\"\(coordinate(height - size))\" "
        + "width=\"\(coordinate(max(step - 0.6, 0.8)))\" height=\"\(coordinate(size))\"><title>\(label)</title></rect>"
    }
    return
      "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" preserveAspectRatio=\"none\" role=\"img\">\(bars.joined())"
      + "<line x1=\"0\" y1=\"\(Int(height))\" x2=\"\(Int(width))\" y2=\"\(Int(height))\"/></svg>"
  }

  private func coordinate(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }

  // MARK: - Messages

  private var sends: String {
    let weeks = run.tally.weeks.filter { $0.contactsByMessages.count > 1 }
    guard !weeks.isEmpty else { return "" }
    let total = weeks.map { $0.contactsByMessages.dropFirst().reduce(0, +) }.max() ?? 1
    let rows = weeks.map { week in
      let parts = week.contactsByMessages.enumerated().dropFirst().filter { $0.element > 0 }.map { number, contacts in
        let width = coordinate(100 * Double(contacts) / Double(total))
        let text = "\(Plural.count(contacts, "contact")) got \(Plural.count(number, "message"))"
        return "<span class=\"part p\(min(number, 5))\" style=\"width:\(width)%\" title=\"\(text)\"></span>"
      }
      let sums = week.contactsByMessages.enumerated().dropFirst().filter { $0.element > 0 }
        .map { "\($0.offset) × \(Plural.grouped($0.element))" }
      return "<tr><td class=\"nowrap\">\(week.first)</td><td class=\"stack\">\(parts.joined())</td>"
        + "<td class=\"faint nowrap\">\(sums.joined(separator: ", "))</td></tr>"
    }
    return """
      <section><h2>Messages per contact, week by week</h2>
      <p class="faint">How many contacts got one message, two, and so on, in each week from its Monday.</p>
      <table class="weeks"><tbody>\(rows.joined())</tbody></table></section>
      """
  }

  private var heldBack: String {
    var rows: [(name: String, counts: [Int])] = []
    rows += run.tally.queues.map { ($0.name, $0.counts) }.filter { ($0.1.max() ?? 0) > 0 }
    rows += run.tally.heldBack.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    guard !rows.isEmpty else { return "" }
    let lines = rows.map { name, counts in
      "<tr><td>\(escaped(name))</td><td class=\"chart\">\(bars(counts, highest: counts.max() ?? 0, kind: "bar held"))</td>"
        + "<td class=\"number\">\(Plural.grouped(counts.max() ?? 0))</td></tr>"
    }
    return """
      <section><h2>What the policy holds back</h2>
      <p class="faint">For each day the most at one time; the number is that of the highest day.</p>
      <div class="scroll"><table><tbody>\(lines.joined())</tbody></table></div></section>
      """
  }

  private var notes: String {
    var lines: [String] = []
    let answer = run.options.approvals == .given ? "and was taken to be allowed" : "and nobody answered"
    for rule in run.tally.rules where rule.daysAsking > 0 {
      lines.append("<code>\(escaped(rule.name))</code> asked on \(Plural.count(rule.daysAsking, "day")), \(answer).")
    }
    if let first = run.tally.halts.first {
      let count = Set(run.tally.halts.map(\.day)).count
      lines.append("On \(Plural.count(count, "day")), first \(first.day): \(escaped(first.halt.text)).")
    }
    lines += run.problems.map(escaped)
    guard !lines.isEmpty else { return "" }
    return "<section><h2>What to know</h2><ul>\(lines.map { "<li>\($0)</li>" }.joined())</ul></section>"
  }

  // MARK: - Two rule books

  private var comparison: String {
    guard let other else { return "" }
    let comparison = SimulationComparison(run, other)
    let rows = comparison.rules.map { rule in
      "<tr><td><strong>\(escaped(rule.name))</strong></td><td class=\"number\">\(Plural.grouped(rule.before))</td>"
        + "<td class=\"number\">\(Plural.grouped(rule.after))</td><td>\(people("gain", rule.gained))</td>"
        + "<td>\(people("lose", rule.lost))</td></tr>"
    }
    func messages(_ list: [(key: String, before: Int, after: Int)]) -> String {
      people("", list.map { "\($0.key) (\($0.before) → \($0.after))" })
    }
    return """
      <section><h2>\(escaped(run.name)) → \(escaped(other.name)): who gains, who loses</h2>
      <div class="scroll"><table><thead><tr><th>rule</th><th class="number">before</th><th class="number">after</th>
      <th>only now</th><th>no longer</th></tr></thead><tbody>\(rows.joined())
      <tr><td><strong>messages</strong></td><td class="number">\(Plural.grouped(run.tally.totalMessages))</td>
      <td class="number">\(Plural.grouped(other.tally.totalMessages))</td><td>\(messages(comparison.moreMessages))</td>
      <td>\(messages(comparison.fewerMessages))</td></tr></tbody></table></div></section>
      """
  }

  private func people(_ kind: String, _ keys: [String]) -> String {
    guard !keys.isEmpty else { return "" }
    let shown = keys.prefix(SimulationPage.samples).map(escaped).joined(separator: ", ")
    let more = keys.count > SimulationPage.samples ? ", …" : ""
    return "<details><summary class=\"\(kind)\">\(Plural.grouped(keys.count))</summary>\(shown)\(more)</details>"
  }

  private func escaped(_ text: some StringProtocol) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  private static let style = """
    :root{color-scheme:light dark;--back:#fbfaf8;--card:#fff;--text:#22262b;--faint:#6b727b;--line:#e4e1db;
    --bar:#2f6f8f;--other:#d9822b;--held:#a05a8c;--gain:#2e7d4f;--lose:#b3443c}
    @media (prefers-color-scheme:dark){:root{--back:#15181c;--card:#1d2126;--text:#e6e8ea;--faint:#98a0a9;--line:#2d333a;
    --bar:#6fb3d2;--other:#f0a657;--held:#cf93bd;--gain:#74c495;--lose:#e58a82}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
    main{max-width:1080px;margin:0 auto;padding:40px 24px 64px}
    h1{font-size:28px;margin:0 0 4px;letter-spacing:-.01em}h2{font-size:18px;margin:40px 0 8px}
    p{margin:0 0 12px}.faint{color:var(--faint)}.nowrap{white-space:nowrap}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:24px 0}
    .card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
    .value{font-size:26px;font-weight:650;font-variant-numeric:tabular-nums}
    .then{color:var(--other);font-size:.8em;margin-left:6px}td .then{margin:0;font-size:1em}
    .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
    th{text-align:left;font-weight:600;color:var(--faint);font-size:13px}
    th,td{padding:8px 10px;border-bottom:1px solid var(--line);vertical-align:top}
    .number{text-align:right;font-variant-numeric:tabular-nums}
    .chart{width:42%;min-width:260px}svg{display:block;width:100%;height:34px}svg+svg{margin-top:3px}
    svg line{stroke:var(--line);stroke-width:1}.bar{fill:var(--bar)}.bar.other{fill:var(--other)}.bar.held{fill:var(--held)}
    .key{display:inline-block;width:10px;height:10px;border-radius:2px;background:var(--bar);margin:0 5px 0 0}
    .key.other{background:var(--other);margin-left:12px}
    .weeks td{padding:4px 10px;border:0;vertical-align:middle}.stack{width:60%;white-space:nowrap;font-size:0}
    .part{display:inline-block;height:16px;background:var(--bar)}.part:first-child{border-radius:4px 0 0 4px}
    .part:last-child{border-radius:0 4px 4px 0}.p2{opacity:.75}.p3{opacity:.58}.p4{opacity:.44}.p5{opacity:.32}
    summary{cursor:pointer}summary.gain{color:var(--gain)}summary.lose{color:var(--lose)}
    code{font-family:ui-monospace,Menlo,monospace;font-size:.92em}footer{margin-top:48px;font-size:13px}
    @media print{body{background:#fff}.card{break-inside:avoid}}
    """
}
