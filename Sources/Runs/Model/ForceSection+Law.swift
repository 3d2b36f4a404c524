internal import Configuration
internal import Gravity

extension ForceSection {
    /// The law of gravity. To add one: a type in `Gravity`, its name in `ForceSection`, and a line here.
    var plan: any ForcePlan { ForceKernel(named: kernel.rawValue)! }
}
