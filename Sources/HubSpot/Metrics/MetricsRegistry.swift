package import CoreMetrics
import Synchronization

/// Keeps what the program counts and measures, and writes it as Prometheus reads it. Labels are of the program's own
/// making: neither keys of contacts nor texts of HubSpot.
package final class MetricsRegistry: MetricsFactory {
  private struct State: ~Copyable {
    var counters: [MetricSeries: Int64] = [:]
    var gauges: [MetricSeries: Double] = [:]
    var histograms: [MetricSeries: Histogram] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  // MARK: - The factory

  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let series = MetricSeries(label, dimensions)
    state.withLock { $0.counters[series] = $0.counters[series] ?? 0 }
    return Handler(registry: self, series: series)
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    Handler(registry: self, series: MetricSeries(label, dimensions))
  }

  package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    Handler(registry: self, series: MetricSeries(label, dimensions), isAggregate: aggregate)
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    Handler(registry: self, series: MetricSeries(label, dimensions))
  }

  package func destroyCounter(_ handler: any CounterHandler) {}
  package func destroyMeter(_ handler: any MeterHandler) {}
  package func destroyRecorder(_ handler: any RecorderHandler) {}
  package func destroyTimer(_ handler: any TimerHandler) {}

  /// One series of the registry, whatever it measures.
  private final class Handler: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let registry: MetricsRegistry
    private let series: MetricSeries
    private let isAggregate: Bool

    init(registry: MetricsRegistry, series: MetricSeries, isAggregate: Bool = false) {
      self.registry = registry
      self.series = series
      self.isAggregate = isAggregate
    }

    func increment(by amount: Int64) {
      registry.state.withLock { $0.counters[series, default: 0] &+= amount }
    }

    func increment(by amount: Double) {
      registry.state.withLock { $0.gauges[series, default: 0] += amount }
    }

    func decrement(by amount: Double) { increment(by: -amount) }

    func reset() {
      registry.state.withLock { $0.counters[series] = 0 }
    }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
      registry.state.withLock { $0.gauges[series] = value }
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
      if isAggregate {
        registry.state.withLock { $0.histograms[series, default: Histogram()].add(value) }
      } else {
        set(value)
      }
    }

    func recordNanoseconds(_ duration: Int64) {
      registry.state.withLock { $0.histograms[series, default: Histogram()].add(Double(duration) / 1e9) }
    }
  }

  /// A measurement of a part of the program that is none of the client's.
  package func observe(_ label: String, seconds: Double) {
    state.withLock { $0.histograms[MetricSeries(label, []), default: Histogram()].add(seconds) }
  }

  // MARK: - Reading

  /// In the text format of Prometheus, in the order of names.
  package var prometheusText: String {
    state.withLock { state in
      var text = ""
      for (name, series) in grouped(state.counters) {
        text += "# TYPE \(name) counter\n"
        for (series, value) in series { text += "\(name)\(series.labels()) \(value)\n" }
      }
      for (name, series) in grouped(state.gauges) {
        text += "# TYPE \(name) gauge\n"
        for (series, value) in series { text += "\(name)\(series.labels()) \(Histogram.spelled(value))\n" }
      }
      for (name, series) in grouped(state.histograms) {
        text += "# TYPE \(name) histogram\n"
        for (series, histogram) in series { text += histogram.lines(name, series.labels) }
      }
      return text
    }
  }

  /// What a counter stands at, all its dimensions together.
  package func total(_ label: String) -> Int64 {
    let name = MetricSeries(label, []).name
    return state.withLock { state in state.counters.filter { $0.key.name == name }.reduce(0) { $0 + $1.value } }
  }

  private func grouped<Value>(_ values: [MetricSeries: Value]) -> [(name: String, series: [(MetricSeries, Value)])] {
    Dictionary(grouping: values.map { ($0.key, $0.value) }, by: { $0.0.name })
      .map { ($0.key, $0.value.sorted { $0.0.labels() < $1.0.labels() }) }.sorted { $0.name < $1.name }
  }
}

/// A name with its dimensions.
private struct MetricSeries: Hashable {
  struct Dimension: Hashable {
    var name: String
    var value: String
  }

  var name: String
  var dimensions: [Dimension]

  init(_ label: String, _ dimensions: [(String, String)]) {
    name = String(
      label.map { character in
        character.isASCII && (character.isLetter || character.isNumber || character == ":") ? character : "_"
      })
    self.dimensions = dimensions.map { Dimension(name: $0.0, value: $0.1) }
  }

  func labels(_ extra: (String, String)? = nil) -> String {
    var pairs = dimensions.map { ($0.name, $0.value) }
    if let extra { pairs.append(extra) }
    if pairs.isEmpty { return "" }
    let texts = pairs.map { name, value in "\(name)=\"\(value.map(Self.escaped).joined())\"" }
    return "{\(texts.joined(separator: ","))}"
  }

  private static func escaped(_ character: Character) -> String {
    switch character {
    case "\\": "\\\\"
    case "\"": "\\\""
    case "\n": "\\n"
    default: String(character)
    }
  }
}

/// How often values fell below each of some limits, in seconds for times.
private struct Histogram {
  static let limits: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

  private var counts = [Int](repeating: 0, count: limits.count)
  private var count = 0
  private var sum = 0.0

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    for (index, limit) in Self.limits.enumerated() where value <= limit { counts[index] += 1 }
  }

  func lines(_ name: String, _ labels: ((String, String)?) -> String) -> String {
    var text = ""
    for (limit, count) in zip(Self.limits, counts) {
      text += "\(name)_bucket\(labels(("le", Self.spelled(limit)))) \(count)\n"
    }
    text += "\(name)_bucket\(labels(("le", "+Inf"))) \(count)\n"
    return text + "\(name)_sum\(labels(nil)) \(Self.spelled(sum))\n\(name)_count\(labels(nil)) \(count)\n"
  }

  static func spelled(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
