import ArgumentParser

struct HubSpotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hubspot", abstract: "The CRM: a local stand-in to try everything with.",
    subcommands: [HubSpotSandboxCommand.self])
}
