from .beam import beam_search as beam_search
from .constrained import bio_constraint as bio_constraint
from .constrained import viterbi as viterbi
from .ctc import CTCBatches as CTCBatches
from .ctc import CTCLoss as CTCLoss
from .sampling import draw as draw
from .sampling import reshape_distribution as reshape_distribution
