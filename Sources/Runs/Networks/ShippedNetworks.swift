internal import FoundationEssentials
public import Observables
public import Parallel

/// Networks that come inside the program, for mesh cells of 3.125 Mpc/h and 10⁻³ haloes per (Mpc/h)³:
/// `objective.network: shipped`.
///
/// `jobscripts/network.yaml` is what `palindrome train` made them of, `jobscripts/ship-network` wrote them as JSON, rounded to
/// single precision.
public enum ShippedNetworks {
    /// The networks.
    ///
    /// - Throws: `UsageError` where the program was put together wrongly.
    public static func haloes() throws(UsageError) -> HaloNetworks {
        do {
            return try JSONDecoder().decode(HaloNetworks.self, from: Data(PackageResources.network_json))
        } catch {
            throw UsageError("the shipped network cannot be read; name a file as objective.network")
        }
    }
}
