export function trinoJars(): string | undefined
export function installedTrino(): string | undefined
