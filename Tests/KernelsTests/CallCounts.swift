import Kernels

/// How often each kernel of a table was called on this rank.
final class CallCounts {
    /// By the kernel's place in the table: `single.particles.deposit`.
    private(set) var calls: [String: Int] = [:]

    /// The kernels in C, each of which tells this before it is called.
    func table() -> KernelTable {
        var table = KernelTable.c
        count(&table.single, "single.")
        count(&table.double, "double.")
        count(&table.sums, "sums.")
        count(&table.order, "order.")
        count(&table.groups, "groups.")
        count(&table.networks, "networks.")
        return table
    }

    /// The names of all kernels that a table has.
    static func names(in value: Any, _ place: String = "") -> [String] {
        Mirror(reflecting: value).children.flatMap { child in
            let parts = Mirror(reflecting: child.value).displayStyle == .struct
            return parts ? names(in: child.value, place + child.label! + ".") : [place + child.label!]
        }
    }

    /// Puts a closure that counts its calls and hands them on in the place of a kernel.
    private func count<each Argument, Result>(
        _ name: String, _ kernel: inout (repeat each Argument) -> Result
    ) {
        let own = kernel
        calls[name] = 0
        kernel = { (argument: repeat each Argument) in
            self.calls[name]! += 1
            return own(repeat each argument)
        }
    }

    private func count(_ kernels: inout PrecisionKernels, _ place: String) {
        count(&kernels.particles, place + "particles.")
        unsafe count(place + "products.largest", &kernels.products.largest)
        unsafe count(place + "products.exact", &kernels.products.exact)
        unsafe count(place + "meshes.reduce", &kernels.meshes.reduce)
        unsafe count(place + "meshes.expand", &kernels.meshes.expand)
        unsafe count(place + "meshes.shortRange", &kernels.meshes.shortRange)
        unsafe count(place + "rows.neighbours", &kernels.rows.neighbours)
        unsafe count(place + "rows.neighboursTranspose", &kernels.rows.neighboursTranspose)
        unsafe count(place + "rows.standardised", &kernels.rows.standardised)
        unsafe count(place + "rows.stored", &kernels.rows.stored)
    }

    private func count(_ kernels: inout ParticleKernels, _ place: String) {
        count(place + "drift", &kernels.drift)
        unsafe count(place + "undrift", &kernels.undrift)
        unsafe count(place + "driftAdjoint", &kernels.driftAdjoint)
        count(place + "largestMomentumProduct", &kernels.largestMomentumProduct)
        unsafe count(place + "exactMomentumProducts", &kernels.exactMomentumProducts)
        count(place + "show", &kernels.show)
        unsafe count(place + "showAdjoint", &kernels.showAdjoint)
        count(place + "largestMagnitude", &kernels.largestMagnitude)
        unsafe count(place + "exactMagnitudes", &kernels.exactMagnitudes)
        unsafe count(place + "deposit", &kernels.deposit)
        unsafe count(place + "finishRim", &kernels.finishRim)
        unsafe count(place + "kick", &kernels.kick)
        unsafe count(place + "force", &kernels.force)
        unsafe count(place + "kickComponent", &kernels.kickComponent)
        unsafe count(place + "gather", &kernels.gather)
        unsafe count(place + "kickAdjoint", &kernels.kickAdjoint)
        unsafe count(place + "gatherAdjoint", &kernels.gatherAdjoint)
        unsafe count(place + "findPlanes", &kernels.findPlanes)
        unsafe count(place + "columns", &kernels.columns)
        count(place + "countLeavers", &kernels.countLeavers)
        unsafe count(place + "listLeavers", &kernels.listLeavers)
        unsafe count(place + "owners", &kernels.owners)
        unsafe count(place + "checksum", &kernels.checksum)
    }

    private func count(_ kernels: inout SumKernels, _ place: String) {
        unsafe count(place + "largest", &kernels.largest)
        unsafe count(place + "exact", &kernels.exact)
        unsafe count(place + "rimTotal", &kernels.rimTotal)
    }

    private func count(_ kernels: inout OrderKernels, _ place: String) {
        unsafe count(place + "indexOwners", &kernels.indexOwners)
        unsafe count(place + "indexSlots", &kernels.indexSlots)
        unsafe count(place + "ownIndices", &kernels.ownIndices)
        unsafe count(place + "group", &kernels.group)
        unsafe count(place + "places", &kernels.places)
        unsafe count(place + "holeMoves", &kernels.holeMoves)
        unsafe count(place + "take32", &kernels.take32)
        unsafe count(place + "take64", &kernels.take64)
        unsafe count(place + "put32", &kernels.put32)
        unsafe count(place + "put64", &kernels.put64)
        unsafe count(place + "putThree32", &kernels.putThree32)
        unsafe count(place + "putThree64", &kernels.putThree64)
        unsafe count(place + "move32", &kernels.move32)
        unsafe count(place + "move64", &kernels.move64)
    }

    private func count(_ kernels: inout GroupKernels, _ place: String) {
        unsafe count(place + "orderPoints", &kernels.orderPoints)
        unsafe count(place + "findCells", &kernels.findCells)
        unsafe count(place + "joinCells", &kernels.joinCells)
        unsafe count(place + "numberGroups", &kernels.numberGroups)
    }

    private func count(_ kernels: inout NetworkKernels, _ place: String) {
        unsafe count(place + "apply", &kernels.apply)
        unsafe count(place + "activationTranspose", &kernels.activationTranspose)
        unsafe count(place + "products", &kernels.products)
        unsafe count(place + "haloMass", &kernels.haloMass)
        unsafe count(place + "haloMassAdjoint", &kernels.haloMassAdjoint)
        unsafe count(place + "crossEntropy", &kernels.crossEntropy)
    }
}
