import fc from 'fast-check'
import { seed } from './helpers/campaign.js'

fc.configureGlobal({ seed })
