import { EncoderCardFacts } from './encoder-card';

/** Facts about published files that carry no card, by sha256: what cannot be read from the graph. */
export const KNOWN_ENCODERS: Readonly<Record<string, EncoderCardFacts>> = {
  '931454f970aadb09a1be8ac2745a0c271690c0a5d7ee53d8fc3908d8c817d331': {
    name: 'vit-ti16-imagenet',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    l2Normalised: false,
    provenance: 'ViT-Ti/16, supervised on ImageNet (timm augreg weights, Apache-2.0); CLS dropped, after the last norm',
  },
};
