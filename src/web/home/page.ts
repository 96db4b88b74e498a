import { view } from '../frame/render.ts'

export type LandingPage = { demo: boolean }
export const landingView = view<LandingPage>('home/landing')

/** Someone who is in no workspace: nothing can be connected yet. */
export type NowherePage = { name: string; email: string }
export const nowhereView = view<NowherePage>('home/nowhere')
