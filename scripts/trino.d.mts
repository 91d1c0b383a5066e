export function trinoJars(): string | undefined
export function installedTrino(): string | undefined
export function trinoHive(): { java: string; jars: string } | undefined
export function installedTrinoHive(): { java: string; jars: string } | undefined
