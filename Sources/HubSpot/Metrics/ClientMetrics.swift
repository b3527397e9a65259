package import CoreMetrics
import Metrics

/// What the client counts and measures.
package struct ClientMetrics: Sendable {
  private let factory: any MetricsFactory

  /// - Parameter factory: `nil` for the one that the process was started with.
  package init(_ factory: (any MetricsFactory)? = nil) {
    self.factory = factory ?? MetricsSystem.factory
  }

  func requested(_ endpoint: Endpoint, status: String, took duration: Duration) {
    let dimensions = [("endpoint", endpoint.label), ("status", status)]
    Counter(label: "hubspot_requests_total", dimensions: dimensions, factory: factory).increment()
    Metrics.Timer(
      label: "hubspot_request_seconds", dimensions: [("endpoint", endpoint.label)], factory: factory
    ).recordNanoseconds(Int64(duration / .nanoseconds(1)))
  }

  func limited(policy: String?) {
    Counter(
      label: "hubspot_limited_total", dimensions: [("policy", policy ?? "unknown")], factory: factory
    ).increment()
  }

  func retried(_ endpoint: Endpoint) {
    Counter(label: "hubspot_retries_total", dimensions: [("endpoint", endpoint.label)], factory: factory).increment()
  }

  func waited(_ duration: Duration) {
    Metrics.Timer(label: "hubspot_limit_wait_seconds", factory: factory).recordNanoseconds(
      Int64(duration / .nanoseconds(1)))
  }

  func remaining(today count: Int) {
    Meter(label: "hubspot_daily_remaining", factory: factory).set(count)
  }

  func breaker(isOpen: Bool) {
    Meter(label: "hubspot_breaker_open", factory: factory).set(isOpen ? 1 : 0)
  }
}
