import Hummingbird
import Logging
import NIOCore

/// What a request is answered in; knows its connection, so that a fault can cut it.
struct SandboxContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
