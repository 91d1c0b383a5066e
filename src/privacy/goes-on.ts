/** How apply goes on after whatever stopped it. */
export const GOES_ON = 'what is done is in the journal; the same line goes on from there'
