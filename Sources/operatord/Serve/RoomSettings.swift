import DockerEngine
import Reconciler
import Spec

// What each room is told of `stack.yaml`.

extension DockerEngineConfiguration {
    init(_ stack: StackSpec, installation: String) {
        self.init(
            socketPath: stack.engine.socket, installation: installation, version: Operatord.version,
            reach: stack.engine.reach, bindHost: stack.engine.bindHost, portRange: stack.engine.portRange,
            registryAuth: stack.engine.registryAuthFile.map(RegistryAuth.reading)
        )
    }
}

extension ReconcilerSettings {
    init(_ stack: StackSpec) {
        self.init(
            policy: PlanPolicy(stack.reconcile), interval: stack.reconcile.interval,
            maxLanes: stack.reconcile.maxLanes,
            reach: ReconcilerSettings.Reach(bindHost: stack.engine.bindHost),
            maxWaiters: stack.proxy.maxWaitersPerRunner
        )
    }
}

extension PlanPolicy {
    init(_ reconcile: StackSpec.Reconcile) {
        self.init(
            drainTimeout: reconcile.drainTimeout, safetyShare: reconcile.safetyShare,
            safetyFloor: reconcile.safetyFloor, maxRecreates: reconcile.maxRecreates
        )
    }
}
