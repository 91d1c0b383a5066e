export function pythonWithMoto(): string | undefined
export function installedMoto(): string | undefined
